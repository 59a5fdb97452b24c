#include "node.hpp"
#include "raw_peer.hpp"
#include "raw_servent.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

namespace gnutella::test {
namespace {

namespace asio = boost::asio;
using asio::use_future;
using tcp = asio::ip::tcp;

TEST(Peer, ListensOnOnePortForTcpAndUdp) {
    Threads threads;
    Node node(threads);
    node.start();
    EXPECT_NE(node.endpoint().port, 0);
    asio::io_context context;
    asio::ip::udp::socket same_port(context, asio::ip::udp::v4());
    error_code error;
    same_port.bind({asio::ip::address_v4::loopback(), node.endpoint().port}, error);
    EXPECT_EQ(error, asio::error::address_in_use);
}

TEST(Peer, SaysThatThePortIsInUse) {
    Threads threads;
    Node first(threads);
    first.start();
    Settings settings = quick_settings();
    settings.port = first.endpoint().port;
    Node second(threads, settings);
    EXPECT_EQ(error_of(second->async_start(use_future)), Error::port_in_use);
}

TEST(Peer, SaysThatAnAddressIsNotOfThisHost) {
    Threads threads;
    Settings settings = quick_settings();
    settings.address = "192.0.2.1";
    Node node(threads, settings);
    EXPECT_EQ(error_of(node->async_start(use_future)), Error::cannot_listen);
}

TEST(Peer, SaysWhichKindOfFolderCannotBeShared) {
    Threads threads;
    TemporaryFolder folder;
    folder.write("file", "content");
    for (const auto& [path, expected] : {std::pair{folder.path() / "missing", Error::folder_missing},
                                         std::pair{folder.path() / "file", Error::not_a_folder}}) {
        Settings settings = quick_settings();
        settings.shares = {path};
        Node node(threads, settings);
        EXPECT_EQ(error_of(node->async_start(use_future)), expected) << path;
    }
}

TEST(Peer, StartsOnce) {
    Threads threads;
    Node node(threads);
    node.start();
    EXPECT_EQ(error_of(node->async_start(use_future)), Error::already_started);
}

TEST(Peer, RefusesSettingsThatCannotBe) {
    asio::io_context context;
    Settings settings;
    settings.address = "localhost";
    EXPECT_THROW(Peer(context.get_executor(), settings), std::invalid_argument);
    settings = {};
    settings.max_pong_hosts = 101;
    EXPECT_THROW(Peer(context.get_executor(), settings), std::invalid_argument);
    settings = {};
    settings.agent = "one line\nand another";
    EXPECT_THROW(Peer(context.get_executor(), settings), std::invalid_argument);
    settings = {};
    settings.announced_host = "two words";
    EXPECT_THROW(Peer(context.get_executor(), settings), std::invalid_argument);
    settings = {};
    settings.max_message_size = std::numeric_limits<std::size_t>::max() / 2;
    settings.max_send_queue = std::numeric_limits<std::size_t>::max();
    EXPECT_THROW(Peer(context.get_executor(), settings), std::invalid_argument);
}

TEST(Peer, SaysWhichSettingCannotBe) {
    asio::io_context context;
    const auto complaint_about = [&context](const Settings& settings) {
        try {
            Peer(context, settings);
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    Settings settings;
    settings.query_timeout = std::chrono::milliseconds(0);
    EXPECT_EQ(complaint_about(settings), "Settings::query_timeout must be more than nothing");
    settings = {};
    settings.source_retry_interval = std::chrono::milliseconds(-1);
    EXPECT_EQ(complaint_about(settings), "Settings::source_retry_interval must not be negative");
}

TEST(Peer, TakesTheLongestTimeForNoLimit) {
    Threads threads;
    Settings patient = quick_settings();
    for (auto* const time :
         {&patient.connect_timeout, &patient.handshake_timeout, &patient.first_bytes_timeout, &patient.ping_interval,
          &patient.route_lifetime, &patient.query_timeout, &patient.transfer_timeout, &patient.http_idle_timeout}) {
        *time = std::chrono::milliseconds::max();
    }
    patient.queries_per_second = patient.query_burst = std::numeric_limits<std::size_t>::max();
    Node asker(threads, patient);
    Node sharer(threads, patient);
    sharer.share().write("patience.txt", "a virtue");
    asker.start();
    sharer.start();
    asker.connect(sharer);
    QueryRequest wanted;
    wanted.text = "patience";
    wanted.timeout = std::chrono::milliseconds::max();
    Query query = asker->query(wanted);
    const auto hit = get(query.async_next(use_future));
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->name, "patience.txt");
    get(asker->async_download(*hit, asker.downloads().path(), use_future));
    EXPECT_EQ(asker.downloads().read("patience.txt"), "a virtue");
}

TEST(Peer, DoesNothingBeforeItIsStartedAndAfterItIsStopped) {
    Threads threads;
    Node node(threads);
    EXPECT_EQ(error_of(node->async_connect({"127.0.0.1", 1}, use_future)), Error::not_started);
    Query early = node->query("x");
    EXPECT_EQ(error_of(early.async_next(use_future)), Error::not_started);
    node.start();
    node.stop();
    EXPECT_EQ(error_of(node->async_connect({"127.0.0.1", 1}, use_future)), Error::stopped);
    Query late = node->query("x");
    EXPECT_EQ(error_of(late.async_next(use_future)), Error::stopped);
    EXPECT_EQ(error_of(node->async_start(use_future)), Error::stopped);
    node.stop();
}

TEST(Session, OpensWithPingAndPong) {
    Threads threads;
    Node a(threads);
    Node b(threads);
    b.share().write("one.txt", "1");
    a.start();
    b.start();
    const Session session = a.connect(b);
    EXPECT_EQ(session.info().direction, Direction::outgoing);
    EXPECT_EQ(session.info().peer, b->identity());
    EXPECT_EQ(session.info().listens, b.endpoint());
    EXPECT_EQ(session.info().files, 1U);
    EXPECT_FALSE(session.info().legacy);
    EXPECT_FALSE(session.info().agent.empty());
    const auto seen_by_b = b.wait_for<SessionOpened>();
    EXPECT_EQ(seen_by_b.session.direction, Direction::incoming);
    EXPECT_EQ(seen_by_b.session.peer, a->identity());
}

TEST(Session, IsNotHadWithOneself) {
    Threads threads;
    Node node(threads);
    node.start();
    EXPECT_EQ(error_of(node->async_connect(node.endpoint(), use_future)), Error::connected_to_self);
}

TEST(Session, IsNotHadTwiceWithTheSamePeer) {
    Threads threads;
    Node a(threads);
    Node b(threads);
    a.start();
    b.start();
    a.connect(b);
    EXPECT_EQ(error_of(a->async_connect(b.endpoint(), use_future)), Error::already_connected);
    EXPECT_EQ(error_of(b->async_connect(a.endpoint(), use_future)), Error::already_connected);
    EXPECT_EQ(a.status().sessions.size(), 1U);
    EXPECT_EQ(b.status().sessions.size(), 1U);
}

TEST(Session, SaysWhyItCannotBeHad) {
    Threads threads;
    Settings settings = quick_settings();
    settings.handshake_timeout = std::chrono::milliseconds(50);
    settings.gnutella_handshake_timeout = std::chrono::milliseconds(50);
    Node node(threads, settings);
    node.start();

    asio::io_context context;
    tcp::acceptor silent(context, {asio::ip::address_v4::loopback(), 0});
    const Endpoint never_answers{"127.0.0.1", silent.local_endpoint().port()};
    EXPECT_EQ(error_of(node->async_connect(never_answers, use_future)), Error::no_pong);

    const std::uint16_t closed_port = silent.local_endpoint().port();
    silent.close();
    EXPECT_EQ(error_of(node->async_connect({"127.0.0.1", closed_port}, use_future)), Error::cannot_connect);
    EXPECT_EQ(error_of(node->async_connect({"no-such-host.invalid", 8025}, use_future)), Error::cannot_resolve);
    EXPECT_EQ(error_of(node->async_connect({"127.0.0.1", 0}, use_future)), Error::cannot_connect);
}

TEST(Session, ConnectingCanBeCancelled) {
    Threads threads;
    Node node(threads);
    node.start();
    asio::io_context context;
    tcp::acceptor silent(context, {asio::ip::address_v4::loopback(), 0});
    asio::cancellation_signal signal;
    std::promise<error_code> ended;
    node->async_connect(
        {"127.0.0.1", silent.local_endpoint().port()},
        asio::bind_cancellation_slot(signal.slot(), [&](error_code error, const Session&) { ended.set_value(error); }));
    const auto accepted = silent.accept();  // the TCP connection stands: what is waited for is the PONG
    signal.emit(asio::cancellation_type::terminal);
    EXPECT_EQ(get(ended.get_future()), asio::error::operation_aborted);
}

TEST(Session, EndsWithABye) {
    Threads threads;
    Node a(threads);
    Node b(threads);
    a.start();
    b.start();
    Session session = a.connect(b);
    b.stop();
    EXPECT_EQ(error_of(session.async_wait_closed(use_future)), Error::left);
    EXPECT_EQ(a.wait_for<SessionClosed>().reason, Error::left);
    EXPECT_TRUE(a.status().sessions.empty());
}

TEST(Session, CanBeClosed) {
    Threads threads;
    Node a(threads);
    Node b(threads);
    a.start();
    b.start();
    Session session = a.connect(b);
    session.close("enough");
    EXPECT_EQ(error_of(session.async_wait_closed(use_future)), asio::error::operation_aborted);
    const auto closed = b.wait_for<SessionClosed>();
    EXPECT_EQ(closed.reason, Error::left);
    EXPECT_EQ(closed.text, "enough");
}

TEST(Session, EndsInTheSameWayForAllItsHandles) {
    Threads threads;
    Node a(threads);
    Node b(threads);
    a.start();
    b.start();
    Session session = a.connect(b);
    Session same = a->session(session.id());
    session.close();
    a.stop();  // so that the session is not only closed but gone
    EXPECT_EQ(error_of(session.async_wait_closed(use_future)), asio::error::operation_aborted);
    EXPECT_EQ(error_of(same.async_wait_closed(use_future)), asio::error::operation_aborted);
    EXPECT_EQ(error_of(a->session(session.id()).async_wait_closed(use_future)), Error::lost)
        << "its name means nothing";
}

TEST(Session, SurvivesThatTheFarEndVanishes) {
    Threads threads;
    Node node(threads);
    node.start();
    {
        RawPeer raw(node.endpoint());
        raw.greet();
        node.wait_for<SessionOpened>();
    }
    EXPECT_EQ(node.wait_for<SessionClosed>().reason, Error::lost);
}

TEST(Session, WithASilentNeighbourIsClosed) {
    Threads threads;
    Settings settings = quick_settings();
    settings.ping_interval = std::chrono::milliseconds(20);
    Node node(threads, settings);
    node.start();
    RawPeer raw(node.endpoint());
    raw.greet();
    EXPECT_TRUE(raw.receive("PING"));
    EXPECT_TRUE(raw.receive("PING"));
    EXPECT_EQ(node.wait_for<SessionClosed>().reason, Error::silent);
}

TEST(Session, IsHadAgainWithANeighbourThatComesBack) {
    Threads threads;
    auto lost = std::make_unique<Node>(threads);
    lost->start();
    const std::uint16_t port = lost->endpoint().port;
    Settings settings = quick_settings();
    settings.neighbours = {lost->endpoint()};
    Node node(threads, settings);
    node.start();
    node.wait_for<SessionOpened>();
    lost->stop();
    lost.reset();
    node.wait_for<JoinFailed>();
    Settings same_port = quick_settings();
    same_port.port = port;
    Node back(threads, same_port);
    back.start();
    const Guid identity = back->identity();
    node.wait_for<SessionOpened>([&](const SessionOpened& opened) { return opened.session.peer == identity; });
}

Settings room_for_one() {
    Settings settings = quick_settings();
    settings.max_sessions = 1;
    return settings;
}

TEST(Session, WithTooManyIsRefused) {
    Threads threads;
    Node full(threads, room_for_one());
    Node first(threads);
    Node second(threads);
    full.start();
    first.start();
    second.start();
    first.connect(full);
    EXPECT_EQ(error_of(second->async_connect(full.endpoint(), use_future)), Error::refused);
    EXPECT_EQ(second.wait_for<ConnectFailed>().text, "too many sessions are open here");
    EXPECT_EQ(full.status().counters.refused_connections, 1U);
}

TEST(Session, FewOfThemLeaveRoomForConnectionsThatAreNone) {
    Threads threads;
    Settings settings = room_for_one();
    settings.first_bytes_timeout = std::chrono::minutes(10);
    Node node(threads, settings);
    node.start();
    std::vector<std::unique_ptr<RawPeer>> silent;
    for (int count = 0; count < 8; ++count) {
        silent.push_back(std::make_unique<RawPeer>(node.endpoint()));
    }
    RawPeer asker(node.endpoint());
    asker.greet();
    EXPECT_EQ(node.status().counters.refused_connections, 0U);
}

TEST(Session, WithThoseWhoAreTooManyEndsWithAByeAndTheirNumberIsBounded) {
    Threads threads;
    Settings settings = room_for_one();
    settings.bye_timeout = std::chrono::minutes(10);
    Node full(threads, settings);
    full.start();
    RawPeer only(full.endpoint());
    only.greet();
    const std::string ping = R"({"type":"PING","host":"h","port":1,"id":"1","v":1})";
    constexpr std::size_t most = 32;
    std::vector<std::unique_ptr<RawPeer>> refused;  // none of which goes
    for (std::size_t count = 0; count < most; ++count) {
        refused.push_back(std::make_unique<RawPeer>(full.endpoint()));
        refused.back()->send(ping);
        const auto bye = refused.back()->receive();
        ASSERT_TRUE(bye);
        EXPECT_EQ(bye->at("type"), "BYE");
        EXPECT_EQ(bye->at("code"), 503);
        EXPECT_EQ(bye->at("reason"), "too many sessions are open here");
    }
    RawPeer one_more(full.endpoint());
    one_more.try_send(ping);
    EXPECT_FALSE(one_more.receive()) << "closed without a word";
    EXPECT_EQ(full.status().counters.refused_connections, most + 1);
    only.send(ping);
    EXPECT_TRUE(only.receive("PONG"));
}

// ---- that the far end leaves without a word, in JSON alone ----

Settings json_alone() {
    Settings settings = quick_settings();
    settings.dialects = {Dialect::json};
    return settings;
}

TEST(Session, ThatEndsBeforeItsPongIsLost) {
    Threads threads;
    Node node(threads, json_alone());
    node.start();
    for (const std::string_view words : {"", "{", R"({"type":"PONG","host":"127.0.0.1","port":1,"v":1,"id":")"}) {
        RawListener listener;
        auto connecting = node->async_connect(listener.endpoint(), use_future);
        RawPeer raw(listener.accept());
        ASSERT_TRUE(raw.receive("PING"));
        raw.send(std::string(words));
        raw.close();
        EXPECT_EQ(error_of(std::move(connecting)), Error::lost) << words;
        const auto failed =
            node.wait_for<ConnectFailed>([&](const ConnectFailed& each) { return each.peer == listener.endpoint(); });
        EXPECT_EQ(failed.reason, Error::lost) << words;
    }
    EXPECT_EQ(node.status().counters.bad_messages, 0U);
}

TEST(Session, ThatEndsInTheMiddleOfAHitGivesNoneAndIsLost) {
    Threads threads;
    Node node(threads, json_alone());
    Node other(threads, json_alone());
    other.share().write("moon of another.txt", "moon");
    node.start();
    other.start();
    RawListener listener;
    auto connecting = node->async_connect(listener.endpoint(), use_future);
    RawPeer raw(listener.accept());
    raw.welcome();
    Session session = get(std::move(connecting));
    Query query = node->query("moon");
    const std::string id(raw.receive("QUERY").value().at("id").as_string());
    const std::string hit = R"({"type":"QUERY-HIT","host":"127.0.0.1","port":1,"hasFile":true,"id":")" + id +
                            R"(","results":[{"name":"moon.txt","size":1})";
    raw.send(hit);  // all but its last two characters
    raw.close();
    EXPECT_EQ(error_of(session.async_wait_closed(use_future)), Error::lost);
    EXPECT_EQ(node.wait_for<SessionClosed>().reason, Error::lost);
    node.connect(other);
    const auto found = get(query.async_next(use_future));
    ASSERT_TRUE(found) << "the search goes on";
    EXPECT_EQ(found->name, "moon of another.txt");
    EXPECT_EQ(node.status().counters.bad_messages, 0U);
}

TEST(Peer, CanBeDestroyedInTheMiddleOfEverything) {
    Threads threads;
    Node other(threads);
    other.share().write("big.bin", std::string(8'000'000, 'x'));
    other.start();
    for (int round = 0; round < 10; ++round) {
        auto node = std::make_unique<Node>(threads);
        node->start();
        node->connect(other);
        Query query = node->peer().query("big bin");
        const auto hit = get(query.async_next(use_future));
        ASSERT_TRUE(hit);
        auto download = node->peer().async_download(*hit, node->downloads().path(), use_future);
        auto connecting = node->peer().async_connect(other.endpoint(), use_future);
        auto next = query.async_next(use_future);
        node.reset();
    }
    // The other node has seen them all go, and still works.
    Node last(threads);
    last.start();
    last.connect(other);
    EXPECT_TRUE(last.first_hit("big"));
}

}  // namespace
}  // namespace gnutella::test
