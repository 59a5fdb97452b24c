#include "node.hpp"
#include "raw_peer.hpp"
#include "tls_bench.hpp"

#include <sys/time.h>

#include <cerrno>
#include <cstring>

namespace gnutella::test {
namespace {

std::string deeply_nested() {
    return R"({"type":"PING","id":"1","x":)" + std::string(9, '[') + std::string(9, ']') + "}";
}

struct Input {
    std::string_view name;
    std::string bytes;
};

enum class Around : std::uint8_t { nothing, tls };

class BadInput : public testing::TestWithParam<std::tuple<Input, Around>> {};

TEST_P(BadInput, EndsTheSessionWithAReasonAndTheNodeGoesOn) {
    const auto& [input, around] = GetParam();
    Threads threads;
    Node node(threads);
    node.share().write("still.txt", "here");
    node.start();
    std::optional<TlsTunnel> tunnel;
    if (around == Around::tls) {
        tunnel.emplace(threads, node.endpoint());
    }
    const Endpoint way_in = tunnel ? tunnel->endpoint() : node.endpoint();
    RawPeer good(way_in);
    good.greet();
    RawPeer bad(way_in);
    bad.greet();
    bad.try_send(input.bytes);
    const auto bye = bad.receive("BYE");
    ASSERT_TRUE(bye);
    EXPECT_EQ(bye->at("code"), 400);
    EXPECT_FALSE(bye->at("reason").as_string().empty());
    EXPECT_FALSE(bad.receive());  // closed
    EXPECT_EQ(node.status().counters.bad_messages, 1U);

    good.send(
        R"({"type":"QUERY","host":"127.0.0.1","port":9,"file":"still","id":"q","ttl":7,"hops":0,"reply":"routed"})");
    EXPECT_TRUE(good.receive("QUERY-HIT"));
}

std::string name_of_kind(const testing::TestParamInfo<std::tuple<Input, Around>>& info) {
    const auto& [input, around] = info.param;
    return std::string(input.name) + (around == Around::tls ? "InTls" : "");
}

INSTANTIATE_TEST_SUITE_P(
    EachKind, BadInput,
    testing::Combine(testing::Values(Input{"NoJson", "this is no JSON\n"}, Input{"NoObject", "[1,2,3]"},
                                     Input{"NumberAsId", R"({"type":"PING","id":5})"},
                                     Input{"NoType", R"({"id":"no type"})"},
                                     Input{"NumberAsType", R"({"type":7,"id":"1"})"},
                                     Input{"ArrayAsFile", R"({"type":"QUERY","id":"1","file":["a"]})"},
                                     Input{"QueryWithoutId", R"({"type":"QUERY","file":"no id"})"},
                                     Input{"InvalidUtf8", "{\"type\":\"QUERY\",\"id\":\"1\",\"file\":\"\xff\xfe\"}"},
                                     Input{"DeepNesting", deeply_nested()},
                                     Input{"LongString", R"({"type":"PING","id":")" + std::string(70'000, 'x')},
                                     Input{"MegabyteOfBraces", std::string(1'000'000, '{')},
                                     Input{"MegabyteWithoutNewline",
                                           "{\"type\":\"PING\",\"id\":\"1\",\"pad\":\"" + std::string(1'000'000, 'x')}),
                     testing::Values(Around::nothing, Around::tls)),
    name_of_kind);

TEST(BadInput, HalfAMessageIsWaitedFor) {
    Threads threads;
    Node node(threads);
    node.start();
    RawPeer raw(node.endpoint());
    raw.send(R"({"type":"PING","host":"h",)");
    raw.send(R"("port":1,"id":"1","v":1})");
    const auto pong = raw.receive();
    ASSERT_TRUE(pong);
    EXPECT_EQ(pong->at("type"), "PONG");
}

TEST(BadInput, WhatIsNothingWeKnowIsClosedAndCounted) {
    Threads threads;
    Settings settings = quick_settings();
    settings.first_bytes_timeout = std::chrono::milliseconds(50);
    Node node(threads, settings);
    node.start();
    RawPeer nonsense(node.endpoint());
    nonsense.try_send("SSH-2.0-OpenSSH\r\n");
    EXPECT_FALSE(nonsense.receive());
    RawPeer silent(node.endpoint());
    EXPECT_FALSE(silent.receive());
    EXPECT_EQ(node.status().counters.unknown_connections, 2U);
}

TEST(BadInput, WhatNobodyAskedForIsDroppedAndCounted) {
    Threads threads;
    Node node(threads);
    node.start();
    RawPeer raw(node.endpoint());
    raw.greet();
    raw.send(R"({"type":"PONG","host":"h","port":1,"id":"1"})");
    raw.send(R"({"type":"QUERY-HIT","host":"h","port":1,"id":"1","hasFile":true,"results":[{"name":"n","size":1}]})");
    raw.send(R"({"type":"PING","host":"h","port":1,"id":"last","v":1})");
    EXPECT_TRUE(raw.receive("PONG"));
    const Counters counters = node.status().counters;
    EXPECT_EQ(counters.unexpected_pongs, 1U);
    EXPECT_EQ(counters.unexpected_hits, 1U);
}

TEST(BadInput, AFloodOfQueriesIsCutDown) {
    Threads threads;
    Node node(threads);
    node.start();
    RawPeer raw(node.endpoint());
    raw.greet();
    std::string flood;
    for (int at = 0; at < 1000; ++at) {
        flood += R"({"type":"QUERY","host":"h","port":1,"file":"f","ttl":7,"hops":0,"reply":"routed","id":")" +
                 std::to_string(at) + "\"}";
    }
    raw.send(flood + R"({"type":"PING","host":"h","port":1,"id":"last","v":1})");
    EXPECT_TRUE(raw.receive("PONG"));
    const Counters counters = node.status().counters;
    EXPECT_EQ(counters.queries_handled + counters.excess_queries, 1000U);
    EXPECT_GE(counters.queries_handled, 200U);
    EXPECT_LT(counters.queries_handled, 500U);
}

TEST(BadInput, ANeighbourThatReadsNothingDoesNotHoldUpTheOthers) {
    Threads threads;
    Settings settings = quick_settings();
    settings.queries_per_second = settings.query_burst = 1'000'000;
    settings.max_send_queue = 128 * 1024;
    Node node(threads, settings);
    node.start();
    RawPeer stuck(node.endpoint());
    stuck.greet();
    RawPeer reader(node.endpoint());
    reader.greet();
    RawPeer sender(node.endpoint());
    sender.greet();
    // More than all the buffers between us and the one that does not read can hold.
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
    EXPECT_GT(node.status().counters.dropped_from_queues, 0U);
}

// Reads nothing, and the node keeps what it is to send within its bound: at last not even the goodbye gets through.
TEST(BadInput, APeerThatAsksForEverAndReadsNothingIsClosed) {
    Threads threads;
    Settings settings = quick_settings();
    settings.max_send_queue = 128 * 1024;
    settings.bye_timeout = std::chrono::milliseconds(50);
    Node node(threads, settings);
    node.start();
    RawPeer greedy(node.endpoint());
    greedy.greet();
    const timeval long_enough{std::chrono::seconds(patience).count(), 0};
    ASSERT_EQ(::setsockopt(greedy.socket().native_handle(), SOL_SOCKET, SO_SNDTIMEO, &long_enough, sizeof long_enough),
              0);
    std::string pings;
    for (int count = 0; count < 100; ++count) {
        pings += R"({"type":"PING","host":"h","port":1,"v":1,"id":")" + std::string(100, 'p') + "\"}\n";
    }
    const auto send_fails = [&] {
        return ::send(greedy.socket().native_handle(), pings.data(), pings.size(), MSG_NOSIGNAL) < 0;
    };
    ASSERT_TRUE(eventually(send_fails)) << "it takes them, and forgets them, for ever";
    EXPECT_TRUE(errno == ECONNRESET || errno == EPIPE) << std::strerror(errno);
    EXPECT_EQ(node.wait_for<SessionClosed>().reason, Error::queue_full);
    EXPECT_TRUE(node.status().sessions.empty());
}

TEST(BadInput, ConnectionsThatSayNothingAreBounded) {
    constexpr std::size_t most = 64;
    Threads threads;
    Settings settings = quick_settings();
    settings.max_sessions = 1;
    settings.max_connections_per_address = 1'000;
    settings.first_bytes_timeout = std::chrono::minutes(10);
    Node node(threads, settings);
    node.start();
    std::vector<std::unique_ptr<RawPeer>> silent;
    while (silent.size() < most) {
        silent.push_back(std::make_unique<RawPeer>(node.endpoint()));
    }
    RawPeer one_more(node.endpoint());
    EXPECT_FALSE(one_more.receive()) << "closed without a word";
    EXPECT_EQ(node.status().counters.refused_connections, 1U);
    silent.clear();
    ASSERT_TRUE(eventually([&] { return node.status().counters.unknown_connections == most; }));
    EXPECT_EQ(RawPeer(node.endpoint()).greet().at("type"), "PONG") << "their room is free again";
}

TEST(BadInput, ADatagramOnTheSharedPortIsCounted) {
    Threads threads;
    Node node(threads);
    node.start();
    RawPeer raw(node.endpoint());
    raw.send_datagram("noise", node.endpoint().port);
    raw.greet();
    ASSERT_TRUE(eventually([&] { return node.status().counters.unknown_datagrams != 0; }));
}

}  // namespace
}  // namespace gnutella::test
