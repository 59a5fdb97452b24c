#include "raw_peer.hpp"
#include "raw_servent.hpp"
#include "tls_bench.hpp"

#include <gmock/gmock.h>

#include <thread>

// Nodes whose connections begin with TLS, or go on in it.

namespace gnutella::test {
namespace {

namespace asio = boost::asio;
using asio::use_future;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* offer = "Upgrade: TLS/1.0\r\n";
constexpr const char* agreement = "Upgrade: TLS/1.0\r\nConnection: Upgrade\r\n";

// With a time limit that is soon over.
Settings hasty_settings() {
    Settings settings = quick_settings();
    settings.first_bytes_timeout = std::chrono::milliseconds(500);
    settings.gnutella_handshake_timeout = std::chrono::milliseconds(500);
    settings.bye_timeout = std::chrono::milliseconds(50);
    return settings;
}

Settings without_tls() {
    Settings settings = quick_settings();
    settings.tls = false;
    return settings;
}

// What comes until the far end has closed.
std::string rest_of(RawClient& client) {
    std::string rest;
    error_code ignored;
    asio::read(client.socket(), asio::dynamic_buffer(rest), ignored);
    return rest;
}

// What a client says first.
std::string client_hello() {
    Threads threads;
    auto [near, far] = connected_sockets(threads);
    auto client = net::TlsStream::client(std::move(near), net::TlsCredentials(net::IdentityKey::make()));
    auto connecting = start_handshake(client);
    std::string hello(5, '\0');
    asio::read(far, asio::buffer(hello));
    const std::size_t size =
        static_cast<std::size_t>(static_cast<unsigned char>(hello[3])) * 256 + static_cast<unsigned char>(hello[4]);
    hello.resize(5 + size);
    asio::read(far, asio::buffer(hello.data() + 5, size));
    far.close();
    error_of(std::move(connecting));
    return hello;
}

// ---- TLS from the first byte ----

struct TlsNode : testing::Test {
    Threads threads;
    Node node{threads};
    std::optional<TlsTunnel> tunnel;

    void start() {
        node.start();
        tunnel.emplace(threads, node.endpoint());
    }
};

TEST_F(TlsNode, HasSessionsOfTheJsonDialectInside) {
    start();
    RawPeer raw(tunnel->endpoint());
    raw.greet();
    const SessionInfo info = node.wait_for<SessionOpened>().session;
    EXPECT_EQ(info.dialect, Dialect::json);
    EXPECT_TRUE(info.layers.tls);
}

TEST_F(TlsNode, HasSessionsOfGnutellaInside) {
    start();
    RawServent raw(tunnel->endpoint());
    // Once is enough.
    EXPECT_THAT(raw.greet(offer), Not(HasSubstr("Upgrade")));
    const SessionInfo info = node.wait_for<SessionOpened>().session;
    EXPECT_EQ(info.dialect, Dialect::gnutella);
    EXPECT_TRUE(info.layers.tls);
    raw.send_message(RawServent::ping, "", 1);
    EXPECT_TRUE(raw.receive(RawServent::pong));
}

TEST_F(TlsNode, ServesFilesInside) {
    const std::string content = content_of(3'000'000);
    node.share().write("file.bin", content);
    start();
    RawClient client(tunnel->endpoint());
    const std::string target = "/uri-res/N2R?" + urn_of(content).sha1_string();
    EXPECT_TRUE(client.get(target).body == content);
    EXPECT_EQ(client.get(target, "Range: bytes=5-1000000\r\n").body, content.substr(5, 999'996));
    EXPECT_EQ(client.get("/get/0/../../../etc/passwd").status, 404);
    EXPECT_EQ(client.get(target, "Connection: close\r\nRange: bytes=-1\r\n").body, content.substr(content.size() - 1));
    EXPECT_TRUE(client.is_closed());
}

TEST_F(TlsNode, IsNotSlowedByANeighbourInsideThatReadsNothing) {
    Settings settings = quick_settings();
    settings.queries_per_second = settings.query_burst = 1'000'000;
    settings.max_send_queue = 128 * 1024;
    Node busy(threads, settings);
    busy.start();
    TlsTunnel way(threads, busy.endpoint());
    RawPeer stuck(way.endpoint());
    stuck.greet();
    RawPeer reader(way.endpoint());
    reader.greet();
    RawPeer sender(way.endpoint());
    sender.greet();
    const std::string text(900, 'x');
    const auto query = [&](const std::string& id) {
        return R"({"type":"QUERY","host":"h","port":1,"file":")" + text +
               R"(","ttl":7,"hops":0,"reply":"routed","id":")" + id + "\"}";
    };
    std::thread sending([&] {
        for (int at = 0; at < 20'000; ++at) {
            sender.send(query(std::to_string(at)));
        }
        sender.send(query("the last one"));
    });
    auto received = reader.receive("QUERY");
    while (received && received->at("id") != "the last one") {
        received = reader.receive("QUERY");
    }
    sending.join();
    EXPECT_TRUE(received);
    EXPECT_GT(busy.status().counters.dropped_from_queues, 0U);
}

TEST_F(TlsNode, SaysByeInsideAndEndsInOrder) {
    start();
    RawServent raw(tunnel->endpoint());
    raw.greet();
    node.wait_for<SessionOpened>();
    node.stop();
    EXPECT_TRUE(raw.receive(RawServent::bye));
    EXPECT_TRUE(raw.ends());
}

TEST_F(TlsNode, ClosesAndCountsWhatItDoesNotUnderstand) {
    start();
    RawClient garbage(node.endpoint());
    garbage.send("\x16 is where TLS begins, but this is none");
    EXPECT_LT(rest_of(garbage).size(), 16U);  // an alert, and nothing else
    RawClient inside(tunnel->endpoint());
    inside.send("SSH-2.0-OpenSSH\r\n");
    EXPECT_TRUE(inside.is_closed());
    RawClient twice(tunnel->endpoint());
    twice.send(client_hello());
    EXPECT_TRUE(twice.is_closed());
    EXPECT_EQ(node.status().counters.unknown_connections, 3U);
}

TEST_F(TlsNode, GivesEachStepOfAnAcceptedConnectionOneTimeLimit) {
    Node hasty(threads, hasty_settings());
    hasty.start();
    const std::string hello = client_hello();
    for (const std::size_t size : {std::size_t{1}, hello.size() / 2, hello.size()}) {
        RawClient raw(hasty.endpoint());
        raw.send(hello.substr(0, size));
        rest_of(raw);
    }
    TlsTunnel way(threads, hasty.endpoint());
    RawClient silent(way.endpoint());
    EXPECT_TRUE(silent.is_closed());
    EXPECT_EQ(hasty.status().counters.unknown_connections, 4U);
}

TEST_F(TlsNode, EndsAtOnceWithHandshakesUnderWay) {
    const std::string hello = client_hello();
    for (int round = 0; round < 10; ++round) {
        auto ending = std::make_unique<Node>(threads);
        ending->start();
        RawClient half(ending->endpoint());
        half.send(hello.substr(0, hello.size() / 2));
        RawClient whole(ending->endpoint());
        whole.send(hello);
        if (round % 2 == 0) {
            ending->stop();
        }
        ending.reset();
        rest_of(half);
        rest_of(whole);
    }
}

TEST_F(TlsNode, TakesNoTlsWhereThatIsNotWanted) {
    Node plain(threads, without_tls());
    plain.start();
    RawClient raw(plain.endpoint());
    raw.send(client_hello());
    EXPECT_TRUE(raw.is_closed());
    EXPECT_EQ(plain.status().counters.unknown_connections, 1U);
    RawServent servent(plain.endpoint());
    EXPECT_THAT(servent.greet(offer), Not(HasSubstr("Upgrade")));
}

// ---- the upgrade ----

TEST(TlsUpgrade, IsMadeBetweenTwoOfOurs) {
    Threads threads;
    Node a(threads, gnutella_settings());
    Node b(threads, gnutella_settings());
    b.share().write("song.mp3", "la la la");
    a.start();
    b.start();
    const Session session = get(a->async_connect(b.endpoint(), use_future));
    EXPECT_EQ(session.info().layers, (SessionLayers{true, true, true}));
    EXPECT_EQ(b.wait_for<SessionOpened>().session.layers, (SessionLayers{true, true, true}));
    const auto hit = a.first_hit("song");
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->name, "song.mp3");
}

TEST(TlsUpgrade, IsMadeWithAServentThatIsNotOurs) {
    Threads threads;
    Node node(threads);
    node.start();
    RawServent raw(node.endpoint());
    raw.send(RawServent::connect_block(offer));
    EXPECT_THAT(raw.receive_block(), HasSubstr(agreement));
    raw.send(RawServent::block("GNUTELLA/0.6 200 OK", "Connection: Upgrade\r\n"));
    bound_waits(raw.socket());
    RawTlsClient tls(raw.socket(), gtk_gnutella, RawTlsClient::Takes::certificates_too);
    ASSERT_EQ(tls.handshake(), GNUTLS_E_SUCCESS);
    EXPECT_TRUE(node.wait_for<SessionOpened>().session.layers.tls);
    const std::string id = RawServent::some_id();
    tls.send(RawServent::message(RawServent::ping, "", 1, id));
    std::string pong;
    do {  // a ping of the node's own may come first
        pong = tls.receive(23);
        ASSERT_EQ(pong.size(), 23U);
        tls.receive(static_cast<unsigned char>(pong[19]) + 256U * static_cast<unsigned char>(pong[20]));
    } while (pong[16] != RawServent::pong);
    EXPECT_EQ(pong.substr(0, 16), id);
}

TEST(TlsUpgrade, BeginsRightBehindTheLastWords) {
    Threads threads;
    Node node(threads);
    node.start();
    RawServent raw(node.endpoint());
    raw.send(RawServent::connect_block(offer));
    raw.receive_block();
    raw.send(RawServent::block("GNUTELLA/0.6 200 OK", "Connection: Upgrade\r\n") + client_hello());
    std::array<char, 2> record{};
    asio::read(raw.socket(), asio::buffer(record));
    EXPECT_EQ(record[0], 0x16);  // its own hello
}

TEST(TlsUpgrade, IsNotMadeWhereOneEndDoesNotWantIt) {
    Threads threads;
    Node able(threads, gnutella_settings());
    Settings settings = without_tls();
    settings.dialects = {Dialect::gnutella};
    Node plain(threads, settings);
    able.start();
    plain.start();
    EXPECT_FALSE(get(able->async_connect(plain.endpoint(), use_future)).info().layers.tls);
    Node other(threads, settings);
    other.start();
    EXPECT_FALSE(get(other->async_connect(able.endpoint(), use_future)).info().layers.tls);
    RawServent changes_its_mind(able.endpoint());
    EXPECT_THAT(changes_its_mind.greet(offer), HasSubstr(agreement));
    changes_its_mind.send_message(RawServent::ping, "", 1);
    EXPECT_TRUE(changes_its_mind.receive(RawServent::pong));
}

TEST(TlsUpgrade, ThatFailsEndsTheConnection) {
    Threads threads;
    Node node(threads);
    node.start();
    RawServent raw(node.endpoint());
    raw.send(RawServent::connect_block(offer));
    raw.receive_block();
    raw.send(RawServent::block("GNUTELLA/0.6 200 OK", "Connection: Upgrade\r\n") +
             RawServent::message(RawServent::ping, "", 1));
    EXPECT_TRUE(raw.ends());
    ASSERT_TRUE(eventually([&] { return node.status().counters.handshakes_failed != 0; }));
    EXPECT_TRUE(node.status().sessions.empty());

    RawListener listener;
    auto connecting = node->async_connect(in_gnutella(listener.endpoint()), use_future);
    RawServent accepting(listener.accept());
    EXPECT_THAT(accepting.welcome(agreement), HasSubstr(offer));
    accepting.send(RawServent::message(RawServent::ping, "", 1));
    EXPECT_EQ(error_of(std::move(connecting)), Error::tls_failed);
}

TEST(TlsUpgrade, ThatStallsEndsInTime) {
    Threads threads;
    Node node(threads, hasty_settings());
    node.start();
    const std::string hello = client_hello();
    for (const std::size_t size : {std::size_t{0}, hello.size() / 2, hello.size()}) {
        RawServent raw(node.endpoint());
        raw.send(RawServent::connect_block(offer));
        EXPECT_THAT(raw.receive_block(), HasSubstr(agreement));
        raw.send(RawServent::block("GNUTELLA/0.6 200 OK", "Connection: Upgrade\r\n") + hello.substr(0, size));
        EXPECT_TRUE(raw.ends());
    }
    RawListener listener;
    auto connecting = node->async_connect(in_gnutella(listener.endpoint()), use_future);
    RawServent accepting(listener.accept());
    accepting.welcome(agreement);
    EXPECT_EQ(error_of(std::move(connecting)), Error::handshake_timed_out);
    ASSERT_TRUE(eventually([&] { return node.status().counters.handshakes_failed >= 4; }));
}

TEST(TlsUpgrade, CanBeCancelledAndEndsWithTheNode) {
    Threads threads;
    for (const bool cancelled : {true, false}) {
        Settings settings = quick_settings();
        settings.gnutella_handshake_timeout = std::chrono::minutes(10);
        Node node(threads, settings);
        node.start();
        RawListener listener;
        asio::cancellation_signal signal;
        std::promise<error_code> ended;
        node->async_connect(in_gnutella(listener.endpoint()),
                            asio::bind_cancellation_slot(
                                signal.slot(), [&](error_code error, const Session&) { ended.set_value(error); }));
        RawServent accepting(listener.accept());
        accepting.welcome(agreement);
        if (cancelled) {
            signal.emit(asio::cancellation_type::terminal);
        } else {
            node.stop();
        }
        EXPECT_EQ(get(ended.get_future()), cancelled ? error_code(asio::error::operation_aborted) : Error::stopped);
        EXPECT_TRUE(accepting.ends());
    }
}

}  // namespace
}  // namespace gnutella::test
