#include "node.hpp"
#include "raw_servent.hpp"

#include <gmock/gmock.h>

namespace gnutella::test {
namespace {

using boost::asio::use_future;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Settings gnutella_settings() {
    Settings settings = quick_settings();
    settings.dialects = {Dialect::gnutella};
    return settings;
}

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

// ---- bad input ----

struct BadBytes {
    std::string_view name;
    std::string bytes;
};

std::string lying_about_its_length(const std::string& length) {
    std::string message = RawServent::message(RawServent::query, RawServent::query_for("x"));
    return message.replace(19, 4, length);
}

class GnutellaBadInput : public testing::TestWithParam<BadBytes> {};

TEST_P(GnutellaBadInput, EndsTheSessionWithByeAndTheNodeGoesOn) {
    Threads threads;
    Node node(threads);
    node.start();
    RawServent good(node.endpoint());
    good.greet();
    for (const bool compressed : {false, true}) {
        RawServent bad(node.endpoint());
        compressed ? bad.greet_compressed() : bad.greet();
        bad.try_send(GetParam().bytes);
        const auto bye = bad.receive(RawServent::bye);
        ASSERT_TRUE(bye) << compressed;
        EXPECT_EQ(bye->payload.substr(0, 2), std::string("\x90\x01")) << compressed;  // 400
        EXPECT_TRUE(bad.ends());
    }
    EXPECT_EQ(node.status().counters.bad_messages, 2U);
    good.send_message(RawServent::ping, "", 1);
    EXPECT_TRUE(good.receive(RawServent::pong));
}

INSTANTIATE_TEST_SUITE_P(
    EachKind, GnutellaBadInput,
    testing::Values(BadBytes{"OneByteTooLong", lying_about_its_length(std::string("\x01\0\1\0", 4))},
                    BadBytes{"HighestLength", lying_about_its_length("\xFF\xFF\xFF\xFF")},
                    BadBytes{"NegativeLength", lying_about_its_length(std::string("\0\0\0\x80", 4))},
                    BadBytes{"Json", std::string(R"({"type":"PING","host":"h","port":1,"id":"1"})")}),
    [](const auto& input) { return std::string(input.param.name); });

TEST(GnutellaBadInputTest, WhatIsNoCompressedStreamEndsTheSession) {
    Threads threads;
    Node node(threads);
    node.start();
    RawServent raw(node.endpoint());
    raw.greet_compressed();
    raw.try_send_raw(RawServent::message(RawServent::ping, "", 1));
    const auto bye = raw.receive(RawServent::bye);
    ASSERT_TRUE(bye);
    EXPECT_THAT(bye->payload, HasSubstr("deflated"));
}

TEST(GnutellaBadInputTest, ABombEndsTheSession) {
    Threads threads;
    Settings settings = quick_settings();
    Node node(threads, settings);
    node.start();
    RawServent raw(node.endpoint());
    raw.greet_compressed();
    // Messages of an unknown type, which cost nothing but their bytes.
    std::string zeros = RawServent::message(0x55, std::string(60'000, '\0'));
    std::string all;
    for (int at = 0; at < 100; ++at) {
        all += zeros;
    }
    raw.try_send(all);
    const auto bye = raw.receive(RawServent::bye);
    ASSERT_TRUE(bye);
    EXPECT_THAT(bye->payload, HasSubstr("too much"));
    EXPECT_TRUE(raw.ends());
}

TEST(GnutellaBadInputTest, APayloadThatIsNoneIsDroppedAndCounted) {
    Threads threads;
    Node node(threads);
    node.start();
    RawServent raw(node.endpoint());
    raw.greet();
    raw.send_message(RawServent::query_hit, "short");
    raw.send_message(RawServent::query, "");
    raw.send_message(0x55, "what is this");
    raw.send_message(RawServent::ping, "", 1);
    EXPECT_TRUE(raw.receive(RawServent::pong));
    const Counters counters = node.status().counters;
    EXPECT_EQ(counters.unreadable_messages, 2U);
    EXPECT_EQ(counters.unknown_messages, 1U);
}

TEST(GnutellaBadInputTest, ANeighbourThatReadsNothingDoesNotHoldUpTheOthers) {
    Threads threads;
    Settings settings = quick_settings();
    settings.queries_per_second = settings.query_burst = 1'000'000;
    settings.max_send_queue = 128 * 1024;
    Node node(threads, settings);
    node.start();
    RawServent stuck(node.endpoint());
    stuck.greet();
    RawServent stuck_and_compressed(node.endpoint());
    stuck_and_compressed.greet_compressed();
    RawServent reader(node.endpoint());
    reader.greet_compressed();
    RawServent sender(node.endpoint());
    sender.greet();
    for (int open = 0; open < 4; ++open) {
        node.wait_for<SessionOpened>();
    }
    std::thread sending([&] {
        std::string noise(900, ' ');
        for (int at = 0; at < 20'000; ++at) {
            for (char& letter : noise) {
                letter = static_cast<char>('a' + std::rand() % 26);  // random: it must not shrink to nothing
            }
            sender.send_message(RawServent::query, RawServent::query_for(noise));
        }
        sender.send_message(RawServent::query, RawServent::query_for("the last one"));
    });
    auto received = reader.receive(RawServent::query);
    while (received && received->payload.find("the last one") == std::string::npos) {
        received = reader.receive(RawServent::query);
    }
    sending.join();
    EXPECT_TRUE(received);
    EXPECT_GT(node.status().counters.dropped_from_queues, 0U);
}

}  // namespace
}  // namespace gnutella::test
