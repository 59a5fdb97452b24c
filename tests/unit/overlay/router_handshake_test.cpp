#include "overlay/router_fixture.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::SizeIs;

class RouterHandshake : public RouterFixture {
  protected:
    Router::HandshakeVerdict judge(SessionId id, const wire::HandshakeHeaders& theirs,
                                   Direction direction = Direction::incoming) {
        return router().judge(context_of(id, direction), theirs);
    }
    std::uint16_t refused_with(SessionId id, const wire::HandshakeHeaders& theirs) {
        const auto verdict = judge(id, theirs);
        return verdict.refusal ? verdict.refusal->code : std::uint16_t{0};
    }
};

TEST_F(RouterHandshake, AnUltrapeerSaysWhatGtkGnutellaAsksOfOne) {
    const wire::HandshakeHeaders ours = router().greeting(context_of(1, Direction::outgoing));
    EXPECT_EQ(ours.user_agent, settings.agent);
    EXPECT_EQ(ours.ultrapeer, true);
    EXPECT_EQ(ours.ultrapeer_needed, true);
    EXPECT_EQ(ours.listens, (Endpoint{"10.0.1.1", own_port}));
    EXPECT_EQ(ours.remote_ip, wire::IpAddress::v4({10, 0, 0, 1}));
    EXPECT_EQ(ours.guid, identity);
    EXPECT_TRUE(ours.accepts_deflate);
    // Its leaves want both of these.
    EXPECT_TRUE(ours.dynamic_querying);
    EXPECT_GE(ours.degree, 16);
    EXPECT_TRUE(ours.ggep && ours.pong_caching && ours.bye_packet && ours.vendor_message && ours.query_routing &&
                ours.ultrapeer_query_routing && ours.ext_probes && ours.max_ttl);
}

TEST_F(RouterHandshake, ALeafSaysThatItIsOne) {
    settings.role = Role::leaf;
    const wire::HandshakeHeaders ours = router().greeting(context_of(1, Direction::outgoing));
    EXPECT_EQ(ours.ultrapeer, false);
    EXPECT_EQ(ours.ultrapeer_needed, std::nullopt);
    EXPECT_EQ(ours.ultrapeer_query_routing, std::nullopt);
    EXPECT_TRUE(ours.query_routing);
}

TEST_F(RouterHandshake, WhoCannotBeConnectedToDoesNotSayWhereHeListens) {
    settings.reachability = Reachability::firewalled;
    EXPECT_EQ(router().greeting(context_of(1)).listens, std::nullopt);
}

TEST_F(RouterHandshake, WhereItListensIsNeverAName) {
    settings.announced_host = "here.example.org";
    EXPECT_EQ(router().greeting(context_of(1)).listens, (Endpoint{"10.0.1.1", own_port}));
}

TEST_F(RouterHandshake, AnUltrapeerTakesLeavesAndUltrapeersUpToTheirBounds) {
    settings.max_leaves = 2;
    settings.max_ultrapeers = 1;
    EXPECT_FALSE(judge(1, headers_of(1, Role::leaf)).refusal);
    open_gnutella(1, Role::leaf);
    open_gnutella(2, Role::leaf);
    const auto verdict = judge(3, headers_of(3, Role::leaf));
    ASSERT_TRUE(verdict.refusal);
    EXPECT_EQ(verdict.refusal->code, 503);
    EXPECT_EQ(verdict.reason, Error::too_many_sessions);
    EXPECT_THAT(verdict.try_ultrapeers, IsEmpty()) << "leaves take nobody";
    EXPECT_FALSE(judge(4, headers_of(4, Role::ultrapeer)).refusal);
    open_gnutella(4, Role::ultrapeer);
    EXPECT_EQ(refused_with(5, headers_of(5, Role::ultrapeer)), 503);
    EXPECT_THAT(judge(5, headers_of(5, Role::ultrapeer)).try_ultrapeers, Contains(Endpoint{"10.0.0.4", 7004}));
    EXPECT_EQ(router().greeting(context_of(5)).ultrapeer_needed, std::nullopt);
    router().closed(1, Error::lost, now, out);
    EXPECT_EQ(refused_with(6, headers_of(6, Role::leaf)), 0) << "there is room again";
}

TEST_F(RouterHandshake, WhereOthersTakeTheLastRoomIsRefusedWithWhomToTry) {
    open_gnutella(1, Role::ultrapeer);
    Router::HandshakeContext context = context_of(2);
    context.room = Router::Room::none;
    const auto verdict = router().judge(context, headers_of(2, Role::ultrapeer));
    ASSERT_TRUE(verdict.refusal);
    EXPECT_EQ(verdict.refusal->code, 503);
    EXPECT_EQ(verdict.reason, Error::too_many_sessions);
    EXPECT_THAT(verdict.try_ultrapeers, Contains(Endpoint{"10.0.0.1", 7001}));
}

TEST_F(RouterHandshake, AStrangerIsNotToldToTryWhatStandsInOurOwnNetwork) {
    open_gnutella(1, Role::ultrapeer);  // at 10.0.0.1
    Router::HandshakeContext context = context_of(2);
    context.room = Router::Room::none;
    context.remote_address = wire::IpAddress::v4({198, 51, 100, 1});
    EXPECT_THAT(router().judge(context, headers_of(2, Role::ultrapeer)).try_ultrapeers, testing::IsEmpty());
}

TEST_F(RouterHandshake, ALeafTakesUltrapeersAlone) {
    settings.role = Role::leaf;
    EXPECT_EQ(refused_with(1, headers_of(1, Role::leaf)), 503);
    EXPECT_EQ(refused_with(1, {}), 503);
    EXPECT_EQ(refused_with(1, headers_of(1, Role::ultrapeer)), 0);
}

TEST_F(RouterHandshake, OneWhoSaysNothingOfHimselfIsTakenForAnUltrapeer) {
    EXPECT_EQ(refused_with(1, {}), 0);
    open_gnutella(1, wire::HandshakeHeaders());
    EXPECT_EQ(router().session(1)->role, Role::ultrapeer);
}

TEST_F(RouterHandshake, OneselfIsKnownByTheGuid) {
    wire::HandshakeHeaders theirs = headers_of(1, Role::ultrapeer);
    theirs.guid = identity;
    const auto verdict = judge(1, theirs);
    ASSERT_TRUE(verdict.refusal);
    EXPECT_EQ(verdict.reason, Error::connected_to_self);
}

TEST_F(RouterHandshake, ASecondSessionWithOnePeerIsRefused) {
    open_gnutella(1, Role::ultrapeer);
    wire::HandshakeHeaders by_guid = headers_of(2, Role::ultrapeer);
    by_guid.guid = numbered(1);
    EXPECT_EQ(refused_with(2, by_guid), 409);
    wire::HandshakeHeaders by_address = headers_of(1, Role::ultrapeer);
    by_address.guid.reset();
    EXPECT_EQ(refused_with(1, by_address), 409);
    by_address.listens->port = 6'346;
    EXPECT_EQ(refused_with(1, by_address), 0) << "another program on the same host";
}

TEST_F(RouterHandshake, ASessionInJsonWithThatPeerIsOneToo) {
    open(1);
    wire::HandshakeHeaders theirs = headers_of(2, Role::ultrapeer);
    theirs.guid = numbered(1);
    EXPECT_EQ(refused_with(2, theirs), 409);
}

TEST_F(RouterHandshake, ACrawlerIsToldWhomToTryAndNoMore) {
    open_gnutella(1, Role::ultrapeer);
    wire::HandshakeHeaders theirs = headers_of(2, Role::leaf);
    theirs.crawler = true;
    const auto verdict = judge(2, theirs);
    ASSERT_TRUE(verdict.refusal);
    EXPECT_THAT(verdict.try_ultrapeers, SizeIs(1));
}

TEST_F(RouterHandshake, NobodyIsTakenOnceItStops) {
    router().stop(now, out);
    EXPECT_EQ(refused_with(1, headers_of(1, Role::ultrapeer)), 503);
}

TEST_F(RouterHandshake, HostsThatARefusalNamesAreRemembered) {
    router().refused_handshake(wire::IpAddress::v4({192, 0, 2, 1}),
                               {{"192.0.2.7", 6'346}, {"10.0.0.1", 6'346}, {"127.0.0.1", 22}, {"a.name", 1}});
    EXPECT_EQ(router().known_hosts(), (std::vector<KnownHost>{{Endpoint{"192.0.2.7", 6'346}, Dialect::gnutella}}))
        << "a stranger does not send us to hosts of our own network";
}

TEST_F(RouterHandshake, TheDialectThatWorkedIsTriedFirst) {
    const Endpoint host{"10.0.0.1", 50'000};
    EXPECT_EQ(router().dialects_for(host), (std::vector{Dialect::json, Dialect::gnutella}));
    open_gnutella(1, headers_of(1, Role::ultrapeer), Direction::outgoing, host);
    EXPECT_EQ(router().dialects_for(host), (std::vector{Dialect::gnutella, Dialect::json}));
}

TEST_F(RouterHandshake, AFailureIsNoneYetWhereAnotherDialectFollows) {
    const Endpoint host{"10.0.0.1", 50'000};
    router().join(host, now, out);
    out.clear();
    Router::Start start = start_of(1, Direction::outgoing);
    start.target = host;
    start.on_failure = Router::Start::OnFailure::dialect_follows;
    router().opened(start, now, out);
    router().closed(1, Error::lost, now, out);
    EXPECT_THAT(out.joins_failed, IsEmpty());
    EXPECT_THAT(out.closed, SizeIs(1));
    router().connect_failed(host, Error::refused, now, out);
    EXPECT_THAT(out.joins_failed, SizeIs(1));
}

TEST_F(RouterHandshake, WhereAnotherDialectFollowsOneselfIsStillAFailure) {
    const Endpoint host{"10.0.0.1", 50'000};
    router().join(host, now, out);
    Router::Start start = start_of(1, Direction::outgoing);
    start.target = host;
    start.on_failure = Router::Start::OnFailure::dialect_follows;
    router().opened(start, now, out);
    router().closed(1, Error::connected_to_self, now, out);
    EXPECT_THAT(out.joins_failed, SizeIs(1));
}

}  // namespace
}  // namespace gnutella::overlay
