#include "overlay/host_policy.hpp"
#include "overlay/pong_cache.hpp"
#include "overlay/push_guard.hpp"
#include "overlay/query_words.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;
using wire::IpAddress;

const IpAddress public_host = IpAddress::v4({192, 0, 2, 1});
const IpAddress private_host = IpAddress::v4({10, 0, 0, 1});
const IpAddress loopback = IpAddress::v4({127, 0, 0, 1});

TEST(HostPolicy, LetsNobodySendUsWhereHeIsNotHimself) {
    EXPECT_TRUE(may_be_told(public_host, 1, public_host));
    EXPECT_TRUE(may_be_told(public_host, 1, private_host));
    EXPECT_TRUE(may_be_told(private_host, 1, private_host));
    EXPECT_FALSE(may_be_told(private_host, 1, public_host));
    EXPECT_TRUE(may_be_told(loopback, 1, loopback));
    EXPECT_FALSE(may_be_told(loopback, 1, private_host));
    EXPECT_FALSE(may_be_told(public_host, 0, public_host));
}

TEST(HostPolicy, TakesNoNames) {
    EXPECT_TRUE(may_be_told(Endpoint("192.0.2.1", 1), public_host));
    EXPECT_TRUE(may_be_told(Endpoint("2001:db8::1", 1), public_host));
    EXPECT_FALSE(may_be_told(Endpoint("10.0.0.1", 1), public_host));
    EXPECT_FALSE(may_be_told(Endpoint("localhost", 1), loopback));
    EXPECT_FALSE(may_be_told(Endpoint("", 1), loopback));
}

TEST(HostPolicy, TakesOnlyHosts) {
    for (const IpAddress& none : {IpAddress::v4({0, 0, 0, 0}), IpAddress::v4({0, 1, 2, 3}),
                                  IpAddress::v4({224, 0, 0, 1}), IpAddress::v4({255, 255, 255, 255}), IpAddress{}}) {
        EXPECT_FALSE(may_be_told(none, 6346, private_host));
    }
    IpAddress group;
    group.bytes[0] = 0xFF;
    group.bytes[15] = 1;
    EXPECT_FALSE(may_be_told(group, 6346, private_host));
}

TEST(PushGuard, BoundsWhatItAllowsInAllAndToOneAddress) {
    PushGuard guard(5);
    TimePoint now{1h};
    std::size_t allowed = 0;
    for (std::uint8_t host = 1; host <= 100; ++host) {
        allowed += guard.allow(IpAddress::v4({192, 0, 2, host}), 6346, public_host, now) == PushGuard::Verdict::allowed;
    }
    EXPECT_EQ(allowed, 5U);
    EXPECT_EQ(guard.allow(public_host, 6346, public_host, now + 999ms), PushGuard::Verdict::excess);
    EXPECT_EQ(guard.allow(public_host, 6346, public_host, now + 1s), PushGuard::Verdict::allowed);
    EXPECT_EQ(guard.allow(public_host, 1023, public_host, now + 1s), PushGuard::Verdict::refused);
}

TEST(PongCache, KeepsTheLatestOfEachSession) {
    PongCache pongs;
    for (std::uint16_t port = 1; port <= 50; ++port) {
        pongs.add({.from = 1, .address = public_host, .port = port});
    }
    pongs.add({.from = 2, .address = private_host, .port = 1});
    EXPECT_EQ(pongs.size(), PongCache::max_of_a_session + 1);
    std::vector<std::uint16_t> ports;
    pongs.visit(2, [&](const PongCache::Pong& pong) {
        ports.push_back(pong.port);
        return true;
    });
    EXPECT_EQ(ports, (std::vector<std::uint16_t>{50, 49, 48, 47, 46, 45, 44, 43, 42, 41}));
    pongs.forget(1);
    EXPECT_EQ(pongs.size(), 1U);
}

TEST(PongCache, KeepsOneHostOnceAndIsBounded) {
    PongCache pongs;
    pongs.add({.from = 1, .address = public_host, .port = 1, .files = 1});
    pongs.add({.from = 1, .address = public_host, .port = 1, .files = 2});
    EXPECT_EQ(pongs.size(), 1U);
    for (SessionId session = 1; session < 1'000; ++session) {
        pongs.add({.from = session, .address = public_host, .port = 9, .extensions = std::string(10'000, 'x')});
    }
    EXPECT_EQ(pongs.size(), PongCache::max_pongs);
    pongs.visit(0, [](const PongCache::Pong& pong) {
        EXPECT_LE(pong.extensions.size(), PongCache::max_extensions);
        return true;
    });
}

TEST(QueryWords, AsksForEveryWordOrForTheHash) {
    Sha1 sha1{};
    const Urn urn(sha1);
    wire::QueryRouteTable table(16);
    table.add("moonlight");
    table.add("bjork");
    EXPECT_TRUE(QueryWords("MOONLIGHT", {}).may_find(table));
    EXPECT_TRUE(QueryWords("Moonlight - Bj\xC3\xB6rk", {}).may_find(table));
    EXPECT_FALSE(QueryWords("moonlight shadow", {}).may_find(table));
    EXPECT_TRUE(QueryWords("", {}).may_find(table)) << "who asks for nothing may be asking for all";
    EXPECT_FALSE(QueryWords("", urn).may_find(table));
    EXPECT_TRUE(QueryWords("moonlight", urn).may_find(table));
    table.add(urn);
    EXPECT_TRUE(QueryWords("", urn).may_find(table));
    EXPECT_TRUE(QueryWords("shadow", urn).may_find(table));
}

}  // namespace
}  // namespace gnutella::overlay
