#include "node.hpp"
#include "raw_servent.hpp"

#include <gmock/gmock.h>

namespace gnutella::test {
namespace {

using boost::asio::use_future;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(GnutellaSession, OpensWhenAnotherConnects) {
    Threads threads;
    Node node(threads);
    node.start();
    RawServent raw(node.endpoint());
    const std::string answer = raw.greet();
    EXPECT_THAT(answer, StartsWith("GNUTELLA/0.6 200 "));
    EXPECT_THAT(answer, HasSubstr("User-Agent: libgnutella/"));
    const SessionInfo info = node.wait_for<SessionOpened>().session;
    EXPECT_EQ(info.dialect, Dialect::gnutella);
    EXPECT_EQ(info.direction, Direction::incoming);
    EXPECT_EQ(info.agent, "RawServent/1.0");
    EXPECT_EQ(info.role, Role::ultrapeer);
    EXPECT_EQ(info.layers, SessionLayers{});
    raw.send_message(RawServent::ping, "", 1);
    EXPECT_TRUE(raw.receive(RawServent::pong));
}

TEST(GnutellaSession, OpensWhenWeConnect) {
    Threads threads;
    Node node(threads);
    node.start();
    RawListener listener;
    auto connecting = node->async_connect(in_gnutella(listener.endpoint()), use_future);
    RawServent raw(listener.accept());
    const std::string words = raw.welcome();
    EXPECT_THAT(words, StartsWith("GNUTELLA CONNECT/0.6\r\n"));
    EXPECT_THAT(words, HasSubstr("Accept-Encoding: deflate\r\n"));
    const Session session = get(std::move(connecting));
    EXPECT_EQ(session.info().dialect, Dialect::gnutella);
    EXPECT_EQ(session.info().direction, Direction::outgoing);
    EXPECT_EQ(session.info().agent, "RawServent/1.0");
    EXPECT_GT(session.info().round_trip.count(), 0);
    raw.send_message(RawServent::ping, "", 1);
    EXPECT_TRUE(raw.receive(RawServent::pong));
}

TEST(GnutellaSession, OpensHoweverTheHandshakeIsCut) {
    Threads threads;
    Node node(threads);
    node.start();
    RawServent raw(node.endpoint());
    for (const char letter : RawServent::connect_block()) {
        raw.send(std::string(1, letter));
    }
    EXPECT_THAT(raw.receive_block(), StartsWith("GNUTELLA/0.6 200 "));
    // The first message comes in one piece with the last word.
    raw.send(RawServent::block("GNUTELLA/0.6 200 OK", "") + RawServent::message(RawServent::ping, "", 1));
    EXPECT_TRUE(raw.receive(RawServent::pong));
}

TEST(GnutellaSession, IsCompressedBothWays) {
    Threads threads;
    Node node(threads);
    node.start();
    RawServent raw(node.endpoint());
    EXPECT_THAT(raw.greet_compressed(), HasSubstr("Content-Encoding: deflate\r\n"));
    const SessionInfo info = node.wait_for<SessionOpened>().session;
    EXPECT_TRUE(info.layers.sends_deflated);
    EXPECT_TRUE(info.layers.receives_deflated);
    for (int round = 0; round < 3; ++round) {
        raw.send_message(RawServent::ping, "", 1);
        EXPECT_TRUE(raw.receive(RawServent::pong)) << round;
    }
}

TEST(GnutellaSession, IsCompressedBothWaysWhenWeConnect) {
    Threads threads;
    Node node(threads);
    node.start();
    RawListener listener;
    auto connecting = node->async_connect(in_gnutella(listener.endpoint()), use_future);
    RawServent raw(listener.accept());
    raw.welcome("Accept-Encoding: deflate\r\nContent-Encoding: deflate\r\n");
    raw.compress();
    const Session session = get(std::move(connecting));
    EXPECT_TRUE(session.info().layers.sends_deflated);
    EXPECT_TRUE(session.info().layers.receives_deflated);
    raw.send_message(RawServent::ping, "", 1);
    EXPECT_TRUE(raw.receive(RawServent::pong));
}

TEST(GnutellaSession, IsNotCompressedWhereThatIsNotWanted) {
    Threads threads;
    Settings settings = quick_settings();
    settings.deflate = false;
    Node node(threads, settings);
    node.start();
    RawServent raw(node.endpoint());
    EXPECT_THAT(raw.greet("Accept-Encoding: deflate\r\n"), Not(HasSubstr("deflate")));
    EXPECT_EQ(node.wait_for<SessionOpened>().session.layers, SessionLayers{});
    raw.send_message(RawServent::ping, "", 1);
    EXPECT_TRUE(raw.receive(RawServent::pong));
}

TEST(GnutellaSession, IsCompressedBetweenTwoOfOurs) {
    Threads threads;
    Node a(threads, gnutella_settings());
    Node b(threads, gnutella_settings());
    a.start();
    b.start();
    const Session session = a.connect(b);
    EXPECT_TRUE(session.info().layers.sends_deflated);
    EXPECT_TRUE(session.info().layers.receives_deflated);
    EXPECT_EQ(session.info().agent, Settings().agent);
}

// ---- the end ----

TEST(GnutellaSession, EndsWithTheReasonThatABySays) {
    Threads threads;
    Node node(threads);
    node.start();
    RawServent raw(node.endpoint());
    raw.greet_compressed();
    raw.send_message(RawServent::bye, RawServent::bye_because(200, "shutting down"), 1);
    const auto closed = node.wait_for<SessionClosed>();
    EXPECT_EQ(closed.reason, Error::left);
    EXPECT_EQ(closed.text, "shutting down");
    EXPECT_TRUE(raw.ends());
}

TEST(GnutellaSession, SaysByeWhenItIsClosed) {
    for (const bool compressed : {false, true}) {
        Threads threads;
        Node node(threads);
        node.start();
        RawServent raw(node.endpoint());
        compressed ? raw.greet_compressed() : raw.greet();
        node->session(node.wait_for<SessionOpened>().session.id).close("enough");
        const auto bye = raw.receive(RawServent::bye);
        ASSERT_TRUE(bye) << compressed;
        EXPECT_THAT(bye->payload, HasSubstr("enough"));
        EXPECT_TRUE(raw.ends());
    }
}

TEST(GnutellaSession, SaysByeWhenTheNodeStops) {
    Threads threads;
    Node node(threads);
    node.start();
    RawServent raw(node.endpoint());
    raw.greet();
    node.wait_for<SessionOpened>();
    auto stopping = node->async_stop(use_future);
    EXPECT_TRUE(raw.receive(RawServent::bye));
    raw.close();
    get(std::move(stopping));
}

TEST(GnutellaSession, SurvivesThatTheFarEndVanishes) {
    Threads threads;
    Node node(threads);
    node.start();
    {
        RawServent raw(node.endpoint());
        raw.greet();
        node.wait_for<SessionOpened>();
    }
    EXPECT_EQ(node.wait_for<SessionClosed>().reason, Error::lost);
}

}  // namespace
}  // namespace gnutella::test
