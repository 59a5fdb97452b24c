#include "node.hpp"
#include "raw_servent.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <gmock/gmock.h>

#include <array>

namespace gnutella::test {
namespace {

namespace asio = boost::asio;
using asio::use_future;
using testing::HasSubstr;
using testing::StartsWith;

/// Handshakes that nothing but what is tested may end.
Settings patient_handshakes() {
    Settings settings = quick_settings();
    settings.handshake_timeout = std::chrono::minutes(10);
    settings.gnutella_handshake_timeout = std::chrono::minutes(10);
    return settings;
}

Settings quick_handshakes() {
    Settings settings = quick_settings();
    settings.handshake_timeout = std::chrono::milliseconds(50);
    settings.gnutella_handshake_timeout = std::chrono::milliseconds(50);
    settings.bye_timeout = std::chrono::milliseconds(50);
    return settings;
}

/// It is counted when the far end may have seen the end already.
void wait_for_failed_handshakes(Node& node, std::uint64_t count) {
    ASSERT_TRUE(eventually([&] { return node.status().counters.handshakes_failed >= count; }));
}

// ---- those who connect to us ----

TEST(GnutellaHandshake, ThatStopsAnywhereLeavesNothingBehind) {
    Threads threads;
    Settings settings = quick_settings();
    settings.max_sessions = 1;
    Node node(threads, settings);
    node.start();
    const std::string words = RawServent::connect_block();
    std::uint64_t failed = 0;
    for (const std::size_t size : {9UL, 10UL, words.size() / 2, words.size()}) {
        {
            RawServent raw(node.endpoint());
            raw.send(words.substr(0, size));
            if (size == words.size()) {
                raw.receive_block();
                raw.send("GNUTELLA/0.6 2");
            }
        }
        wait_for_failed_handshakes(node, ++failed);
    }
    RawServent raw(node.endpoint());
    EXPECT_THAT(raw.greet(), StartsWith("GNUTELLA/0.6 200 "));
    node.wait_for<SessionOpened>();
}

TEST(GnutellaHandshake, OfManyAtOnceIsBounded) {
    Threads threads;
    Settings settings = quick_settings();
    settings.max_sessions = 2;
    Node node(threads, settings);
    node.start();
    // One of three is turned away, whichever the listener saw last.
    std::array<std::unique_ptr<RawServent>, 3> all;
    for (auto& each : all) {
        each = std::make_unique<RawServent>(node.endpoint());
        each->send("GNUTELLA CONNECT/0.6\r\n");
    }
    ASSERT_TRUE(eventually([&] { return node.status().counters.refused_connections != 0; }));
    EXPECT_EQ(node.status().counters.refused_connections, 1U);
    int accepted = 0;
    for (auto& each : all) {
        each->send(RawServent::usual_headers() + "\r\n");
        accepted += each->receive_block().starts_with("GNUTELLA/0.6 200 ");
    }
    EXPECT_EQ(accepted, 2);
}

// ---- those for whom there is no room ----

/// Room for one session, and an ultrapeer that has it.
struct FullNode {
    explicit FullNode(Settings settings = patient_handshakes())
        : node(threads, with_room_for_one(std::move(settings))) {
        node.start();
        neighbour.emplace(node.endpoint());
        neighbour->greet("Listen-IP: 127.0.0.1:6346\r\n");
        node.wait_for<SessionOpened>();
    }
    static Settings with_room_for_one(Settings settings) {
        settings.max_sessions = 1;
        return settings;
    }

    Threads threads;
    Node node;
    std::optional<RawServent> neighbour;
};

TEST(GnutellaHandshake, WithTooManyIsRefusedWithAReasonAndWhomToTry) {
    FullNode full;
    RawServent raw(full.node.endpoint());
    raw.send(RawServent::connect_block());
    const std::string answer = raw.receive_block();
    EXPECT_THAT(answer, StartsWith("GNUTELLA/0.6 503 Too many sessions\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nX-Try-Ultrapeers: 127.0.0.1:6346\r\n"));
    EXPECT_TRUE(raw.ends());
    EXPECT_EQ(full.node.status().counters.refused_connections, 1U);

    Node asker(full.threads);
    asker.start();
    EXPECT_EQ(error_of(asker->async_connect(in_gnutella(full.node.endpoint()), use_future)), Error::handshake_refused);
    EXPECT_EQ(asker.wait_for<ConnectFailed>().text, "503 Too many sessions");
    EXPECT_EQ(full.node.status().sessions.size(), 1U);
}

TEST(GnutellaHandshake, OfThoseWhoAreToBeRefusedIsBounded) {
    FullNode full;
    constexpr std::size_t most = 32;
    std::vector<std::unique_ptr<RawServent>> slow;
    for (std::size_t count = 0; count < most; ++count) {
        slow.push_back(std::make_unique<RawServent>(full.node.endpoint()));
        slow.back()->send("GNUTELLA CONNECT/0.6\r\n");
    }
    ASSERT_TRUE(eventually([&] { return full.node.status().counters.refused_connections >= most; }));
    RawServent one_more(full.node.endpoint());
    one_more.try_send(RawServent::connect_block());
    EXPECT_EQ(one_more.receive_block(), "") << "closed without a word";
    EXPECT_EQ(full.node.status().counters.refused_connections, most + 1);
    for (auto& each : slow) {
        each->send("\r\n");
        EXPECT_THAT(each->receive_block(), StartsWith("GNUTELLA/0.6 503 "));
        each->close();
    }
    wait_for_failed_handshakes(full.node, most);
    RawServent after(full.node.endpoint());
    after.send(RawServent::connect_block());
    EXPECT_THAT(after.receive_block(), StartsWith("GNUTELLA/0.6 503 "));
}

TEST(GnutellaHandshake, OfThoseWhoWereRefusedLeavesTheRoomThatComesFree) {
    FullNode full;
    RawServent slow(full.node.endpoint());
    slow.send("GNUTELLA CONNECT/0.6\r\n");
    ASSERT_TRUE(eventually([&] { return full.node.status().counters.refused_connections != 0; }));
    full.neighbour->close();
    full.node.wait_for<SessionClosed>();
    RawServent next(full.node.endpoint());
    EXPECT_THAT(next.greet(), StartsWith("GNUTELLA/0.6 200 "));
}

TEST(GnutellaHandshake, IsNotTakenByANodeThatDoesNotSpeakIt) {
    Threads threads;
    Settings settings = quick_settings();
    settings.dialects = {Dialect::json};
    Node node(threads, settings);
    node.start();
    RawServent raw(node.endpoint());
    raw.try_send(RawServent::connect_block());
    EXPECT_EQ(raw.receive_block(), "");
    EXPECT_EQ(node.status().counters.unknown_connections, 1U);
}

// ---- those whom we connect to ----

TEST(GnutellaHandshake, ThatIsRefusedSaysWhy) {
    Threads threads;
    Node node(threads);
    node.start();
    RawListener listener;
    auto connecting = node->async_connect(in_gnutella(listener.endpoint()), use_future);
    RawServent raw(listener.accept());
    raw.receive_block();
    raw.send(RawServent::block("GNUTELLA/0.6 503 Too many leaves", "X-Try-Ultrapeers: 192.0.2.7:6346\r\n"));
    EXPECT_EQ(error_of(std::move(connecting)), Error::handshake_refused);
    EXPECT_EQ(node.wait_for<ConnectFailed>().text, "503 Too many leaves");
    EXPECT_TRUE(raw.ends());
}

TEST(GnutellaHandshake, ThatANeighbourRefusesIsToldWithItsReason) {
    Threads threads;
    RawListener listener;
    Settings settings = quick_settings();
    settings.dialects = {Dialect::gnutella};
    settings.neighbours = {listener.endpoint()};
    Node node(threads, settings);
    node.start();
    RawServent raw(listener.accept());
    raw.receive_block();
    raw.send(RawServent::block("GNUTELLA/0.6 503 Busy", ""));
    const auto failed = node.wait_for<JoinFailed>();
    EXPECT_EQ(failed.reason, Error::handshake_refused);
    EXPECT_EQ(failed.text, "503 Busy");
}

TEST(GnutellaHandshake, WithSomethingElseEndsAtTheFirstWord) {
    Threads threads;
    Node node(threads);
    node.start();
    for (const std::string& greeting :
         {std::string("SSH-2.0-OpenSSH_9.2p1\r\n"), std::string("HTTP/1.0 400 Bad\r\n")}) {
        RawListener listener;
        auto connecting = node->async_connect(in_gnutella(listener.endpoint()), use_future);
        RawServent raw(listener.accept());
        raw.send(greeting);  // and no more: what comes after it is not waited for
        EXPECT_EQ(error_of(std::move(connecting)), Error::not_gnutella);
    }
}

TEST(GnutellaHandshake, ThatNobodyAnswersEndsInTime) {
    Threads threads;
    Node node(threads, quick_handshakes());
    node.start();
    RawListener listener;
    EXPECT_EQ(error_of(node->async_connect(in_gnutella(listener.endpoint()), use_future)), Error::handshake_timed_out);
}

TEST(GnutellaHandshake, OfOneWhoVanishesIsLost) {
    Threads threads;
    Node node(threads);
    node.start();
    for (const std::string& words : {std::string(), std::string("GNUTELLA/0.6 200 OK\r\nUser-Agent: x\r\n")}) {
        RawListener listener;
        auto connecting = node->async_connect(in_gnutella(listener.endpoint()), use_future);
        RawServent raw(listener.accept());
        raw.receive_block();
        raw.send(words);
        raw.close();
        EXPECT_EQ(error_of(std::move(connecting)), Error::lost);
    }
}

// ---- which dialect ----

TEST(Dialects, TheNextIsTriedWhenOneIsNotUnderstood) {
    Threads threads;
    Node node(threads);
    node.start();
    RawListener listener;
    auto connecting = node->async_connect(listener.endpoint(), use_future);
    {
        RawServent in_json(listener.accept());
        in_json.send("GNUTELLA/0.6 400 Bad request\r\n\r\n");
        EXPECT_TRUE(in_json.ends());  // at the first byte that is no JSON
    }
    RawServent raw(listener.accept());
    EXPECT_THAT(raw.welcome(), StartsWith("GNUTELLA CONNECT/0.6\r\n"));
    EXPECT_EQ(get(std::move(connecting)).info().dialect, Dialect::gnutella);
}

TEST(Dialects, TheNextIsTriedForANeighbourToo) {
    Threads threads;
    RawListener listener;
    Settings settings = quick_settings();
    settings.neighbours = {listener.endpoint()};
    Node node(threads, settings);
    node.start();
    { RawServent closed_at_once(listener.accept()); }
    RawServent raw(listener.accept());
    EXPECT_THAT(raw.welcome(), StartsWith("GNUTELLA CONNECT/0.6\r\n"));
    EXPECT_EQ(node.wait_for<SessionOpened>().session.dialect, Dialect::gnutella);
}

TEST(Dialects, GoInTheOrderThatIsWanted) {
    Threads threads;
    Settings settings = quick_settings();
    settings.dialects = {Dialect::gnutella, Dialect::json};
    Node node(threads, settings);
    Settings json_alone = quick_settings();
    json_alone.dialects = {Dialect::json};
    Node other(threads, json_alone);
    node.start();
    other.start();
    EXPECT_EQ(node.connect(other).info().dialect, Dialect::json);
    EXPECT_EQ(other.status().counters.unknown_connections, 1U);  // the handshake
}

TEST(Dialects, BetweenTwoOfOursTheFirstOneWorks) {
    Threads threads;
    Node a(threads);
    Node b(threads);
    a.start();
    b.start();
    EXPECT_EQ(a.connect(b).info().dialect, Dialect::json);
    EXPECT_EQ(b.status().counters.unknown_connections, 0U);
}

TEST(Dialects, TheOneThatWorkedIsRemembered) {
    Threads threads;
    Node node(threads);
    node.start();
    RawListener listener;
    for (const bool first : {true, false}) {
        auto connecting = node->async_connect(listener.endpoint(), use_future);
        if (first) {
            RawServent closed_at_once(listener.accept());
        }
        RawServent raw(listener.accept());
        EXPECT_THAT(raw.welcome(), StartsWith("GNUTELLA CONNECT/0.6\r\n"));
        Session session = get(std::move(connecting));
        session.close();
        EXPECT_TRUE(raw.ends());
    }
}

TEST(Dialects, WhoSpeaksNoneIsToldToBeSomethingElse) {
    Threads threads;
    Node node(threads);
    node.start();
    RawListener listener;
    auto connecting = node->async_connect(listener.endpoint(), use_future);
    for (int attempt = 0; attempt < 2; ++attempt) {
        RawServent raw(listener.accept());
        raw.send("SSH-2.0-OpenSSH_9.2p1\r\n");
        EXPECT_TRUE(raw.ends());
    }
    EXPECT_EQ(error_of(std::move(connecting)), Error::not_gnutella);
}

// ---- giving up ----

struct Connecting {
    explicit Connecting(Node& node, ConnectRequest request) {
        node->async_connect(std::move(request),
                            asio::bind_cancellation_slot(
                                signal.slot(), [this](error_code error, const Session&) { ended.set_value(error); }));
    }
    asio::cancellation_signal signal;
    std::promise<error_code> ended;
};

TEST(GnutellaHandshake, CanBeCancelledAtEachStep) {
    enum class Step { connected, words_read, half_an_answer };
    for (const Step step : {Step::connected, Step::words_read, Step::half_an_answer}) {
        Threads threads;
        Node node(threads, patient_handshakes());
        node.start();
        RawListener listener;
        Connecting connecting(node, in_gnutella(listener.endpoint()));
        RawServent raw(listener.accept());
        if (step != Step::connected) {
            raw.receive_block();
        }
        if (step == Step::half_an_answer) {
            raw.send("GNUTELLA/0.6 200 OK\r\nUser-Agent: x\r\n");
        }
        connecting.signal.emit(asio::cancellation_type::terminal);
        EXPECT_EQ(get(connecting.ended.get_future()), asio::error::operation_aborted);
        EXPECT_TRUE(raw.ends());
    }
}

TEST(GnutellaHandshake, CancelledWhileTheFirstDialectIsTriedGoesNoFurther) {
    Threads threads;
    Node node(threads, patient_handshakes());
    node.start();
    RawListener listener;
    Connecting connecting(node, {listener.endpoint(), {}});
    RawServent raw(listener.accept());
    connecting.signal.emit(asio::cancellation_type::terminal);
    EXPECT_EQ(get(connecting.ended.get_future()), asio::error::operation_aborted);
    EXPECT_TRUE(raw.ends());
    // The next to connect is not that attempt in another dialect.
    auto next = node->async_connect(in_gnutella(listener.endpoint()), use_future);
    RawServent after(listener.accept());
    after.welcome();
    EXPECT_EQ(get(std::move(next)).info().agent, "RawServent/1.0");
}

TEST(GnutellaHandshake, EndsAtOnceWhenTheNodeStops) {
    Threads threads;
    Node node(threads, patient_handshakes());
    node.start();
    RawListener listener;
    auto connecting = node->async_connect(in_gnutella(listener.endpoint()), use_future);
    RawServent raw(listener.accept());
    raw.receive_block();
    RawServent incoming(node.endpoint());
    incoming.send(RawServent::connect_block());
    incoming.receive_block();
    node.stop();
    EXPECT_EQ(error_of(std::move(connecting)), Error::stopped);
    EXPECT_TRUE(raw.ends());
    EXPECT_TRUE(incoming.ends());
}

TEST(GnutellaHandshake, EndsAtOnceWhenTheNodeIsDestroyed) {
    Threads threads;
    for (int round = 0; round < 10; ++round) {
        auto node = std::make_unique<Node>(threads, patient_handshakes());
        node->start();
        RawListener listener;
        auto connecting = node->peer().async_connect(in_gnutella(listener.endpoint()), use_future);
        RawServent raw(listener.accept());
        RawServent incoming(node->endpoint());
        incoming.send(RawServent::connect_block());
        if (round % 2 == 0) {
            raw.receive_block();
            incoming.receive_block();
        }
        node.reset();
        EXPECT_TRUE(raw.ends());
        EXPECT_TRUE(incoming.ends());
    }
}

}  // namespace
}  // namespace gnutella::test
