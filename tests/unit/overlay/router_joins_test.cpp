#include "overlay/router_fixture.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

const Endpoint friend_host{"friend.example", 8025};
const Endpoint heard_host{"10.1.1.1", 81};

struct RouterJoins : RouterFixture {
    void expect_connect(const Endpoint& to) const {
        ASSERT_THAT(out.connects, SizeIs(1));
        EXPECT_EQ(out.connects[0].to, to);
    }
    /// Lets time pass until the router wants something.
    void wait() {
        out.clear();
        ASSERT_NE(router().next_deadline(), TimePoint::max());
        now = router().next_deadline();
        router().tick(now, library, out);
    }
    void fail(const Endpoint& to, Error reason = Error::cannot_connect) {
        out.clear();
        router().connect_failed(to, reason, now, out);
    }
};

TEST_F(RouterJoins, ConnectAtOnce) {
    router().join(friend_host, now, out);
    expect_connect(friend_host);
    EXPECT_EQ(router().next_deadline(), TimePoint::max());
}

TEST_F(RouterJoins, ThatFailAreReportedAndTriedAgain) {
    router().join(friend_host, now, out);
    fail(friend_host);
    ASSERT_THAT(out.joins_failed, SizeIs(1));
    EXPECT_EQ(out.joins_failed[0].neighbour, friend_host);
    EXPECT_EQ(out.joins_failed[0].reason, Error::cannot_connect);
    EXPECT_THAT(out.connects, IsEmpty());
    const TimePoint failed_at = now;
    while (out.connects.empty()) {
        wait();
    }
    expect_connect(friend_host);
    EXPECT_GE(now - failed_at, 750ms);
    EXPECT_LE(now - failed_at, 1'250ms);
}

TEST_F(RouterJoins, ThatDoNotShakeHandsHaveFailed) {
    router().join(friend_host, now, out);
    connect(1, Direction::outgoing, friend_host);
    wait();
    ASSERT_THAT(out.joins_failed, SizeIs(1));
    EXPECT_EQ(out.joins_failed[0].reason, Error::no_pong);
    ASSERT_THAT(out.closed, SizeIs(1));
    EXPECT_FALSE(out.closed[0].was_open);
}

TEST_F(RouterJoins, AreMadeAgainWhenTheSessionIsLost) {
    settings.max_known_hosts = 0;  // or what is remembered may be tried first
    router().join(friend_host, now, out);
    out.clear();
    open(1, Direction::outgoing, friend_host);
    router().closed(1, Error::lost, now, out);
    EXPECT_THAT(out.joins_failed, IsEmpty()) << "Closed says it";
    while (out.connects.empty()) {
        wait();
    }
    EXPECT_EQ(out.connects.front().to, friend_host);
}

TEST_F(RouterJoins, AreNotMadeAgainOnceLeft) {
    router().join(friend_host, now, out);
    out.clear();
    open(1, Direction::outgoing, friend_host);
    router().leave(friend_host);
    EXPECT_THAT(router().sessions(), SizeIs(1)) << "the session stays";
    settings.min_sessions = 0;
    router().closed(1, Error::lost, now, out);
    out.clear();
    router().tick(now + 1h, library, out);
    for (const auto& connect : out.connects) {
        EXPECT_NE(connect.to, friend_host);
    }
}

TEST_F(RouterJoins, OfItselfAreGivenUp) {
    router().join(friend_host, now, out);
    connect(1, Direction::outgoing, friend_host);
    out.clear();
    receive(1, R"({"type":"BYE","host":"h","port":1,"code":508,"reason":"this is you yourself"})");
    ASSERT_THAT(out.joins_failed, SizeIs(1));
    EXPECT_EQ(out.joins_failed[0].reason, Error::connected_to_self);
    out.clear();
    router().tick(now + 1h, library, out);
    EXPECT_THAT(out.connects, IsEmpty());
}

TEST_F(RouterJoins, OfAPeerThatIsANeighbourAlreadyWaitUntilItIsNone) {
    router().join(friend_host, now, out);
    open(2);
    connect(1, Direction::outgoing, friend_host);
    out.clear();
    receive(1, R"({"type":"BYE","host":"h","port":1,"code":409,"reason":"already connected"})");
    EXPECT_THAT(out.joins_failed, IsEmpty());
    out.clear();
    router().tick(now + 10s, library, out);
    EXPECT_THAT(out.connects, IsEmpty());
    now += 10s;
    router().closed(2, Error::lost, now, out);
    out.clear();
    router().tick(now + 1'250ms, library, out);
    EXPECT_THAT(out.connects, testing::Not(IsEmpty()));
    EXPECT_EQ(out.connects.front().to, friend_host);
}

TEST_F(RouterJoins, EndWithTheRouter) {
    router().join(friend_host, now, out);
    out.clear();
    router().stop(now, out);
    router().connect_failed(friend_host, Error::cannot_connect, now, out);
    router().join(friend_host, now, out);
    router().tick(now + 1h, library, out);
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().next_deadline(), TimePoint::max());
}

struct RouterHosts : RouterJoins {};

TEST_F(RouterHosts, AreTriedWhenTheLastNeighbourIsLost) {
    router().remember_hosts({heard_host});
    router().join(friend_host, now, out);
    open_legacy(1, Direction::outgoing, friend_host);
    router().closed(1, Error::lost, now, out);
    std::vector<Endpoint> tried;
    for (int i = 0; i < 10; ++i) {
        wait();
        for (const auto& [to] : out.connects) {
            tried.push_back(to);
        }
        for (const auto& [to] : std::vector(out.connects)) {
            fail(to);
        }
    }
    EXPECT_THAT(tried, testing::Contains(friend_host));
    EXPECT_THAT(tried, testing::Contains(heard_host));
    EXPECT_THAT(tried, testing::Contains(Endpoint{"10.0.0.1", 7001})) << "where the lost neighbour listens";
}

TEST_F(RouterHosts, AreNotTriedWhileEnoughSessionsAreOpen) {
    router().remember_hosts({heard_host});
    router().join(friend_host, now, out);
    out.clear();
    open(1);
    open(2);
    fail(friend_host);
    router().closed(2, Error::lost, now, out);
    for (int i = 0; i < 5; ++i) {
        wait();
        for (const auto& [to] : std::vector(out.connects)) {
            EXPECT_EQ(to, friend_host);
            fail(to);
        }
    }
}

TEST_F(RouterHosts, AreNotTriedByANodeThatWasNeverToldOfAny) {
    router().remember_hosts({heard_host});
    EXPECT_EQ(router().next_deadline(), TimePoint::max());
    router().tick(now + 1h, library, out);
    EXPECT_TRUE(out.empty());
}

TEST_F(RouterHosts, ThatOpenEndTheSearch) {
    router().remember_hosts({heard_host});
    open(1);
    router().closed(1, Error::lost, now, out);
    wait();
    const Endpoint first{"10.0.0.1", 7001};
    expect_connect(first);
    fail(first);
    EXPECT_THAT(out.joins_failed, IsEmpty()) << "nobody asked for it by name";
    wait();
    expect_connect(heard_host);
    out.clear();
    open(2, Direction::outgoing, heard_host);
    out.clear();
    router().tick(now + 29s, library, out);
    EXPECT_THAT(out.connects, IsEmpty());
}

TEST_F(RouterHosts, AsManyAreTriedAsAreWanted) {
    settings.min_sessions = 3;
    router().remember_hosts({Endpoint{"10.0.0.2", 7002}, Endpoint{"10.0.0.3", 7003}, Endpoint{"10.0.0.4", 7004}});
    open(1);
    open(9);
    router().closed(9, Error::lost, now, out);
    for (int i = 0; i < 20 && router().sessions().size() < 3; ++i) {
        wait();
        for (const auto& [to] : std::vector(out.connects)) {
            if (to.port == 7009) {
                fail(to);
                continue;
            }
            out.clear();
            open(to.port - 7'000U, Direction::outgoing, to);
        }
    }
    EXPECT_THAT(router().sessions(), SizeIs(3));
}

TEST_F(RouterHosts, KeepTheOrderThatTheyWereRememberedIn) {
    const std::vector<KnownHost> hosts{{Endpoint{"10.0.0.2", 1}, Dialect::json},
                                       {Endpoint{"10.0.0.3", 2}, Dialect::gnutella},
                                       {Endpoint{"10.0.0.4", 3}, std::nullopt}};
    router().remember_hosts(hosts);
    EXPECT_EQ(router().known_hosts(), hosts);
}

TEST_F(RouterHosts, ThatWereReachedComeBeforeThoseThatSayWhereTheyAre) {
    open(1, Direction::outgoing);
    open(2, Direction::incoming);
    EXPECT_THAT(router().known_hosts(), testing::ElementsAre(KnownHost{Endpoint{"10.0.0.1", 7001}, Dialect::json},
                                                             KnownHost{Endpoint{"10.0.0.2", 7002}, Dialect::json}));
}

TEST_F(RouterHosts, AreBounded) {
    settings.max_known_hosts = 10;
    std::vector<KnownHost> hosts;
    for (std::uint16_t port = 1; port <= 100; ++port) {
        hosts.emplace_back(Endpoint{"10.0.0.1", port});
    }
    router().remember_hosts(hosts);
    hosts.erase(hosts.begin() + 10, hosts.end());
    EXPECT_EQ(router().known_hosts(), hosts) << "the best";
}

}  // namespace
}  // namespace gnutella::overlay
