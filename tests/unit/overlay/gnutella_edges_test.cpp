// Where one step further something else is right: bounds, the last hop, who may and who may not. Messages that travel.

#include "overlay/gnutella_edges.hpp"
#include "overlay/push_guard.hpp"
#include "wire/gnutella/hit_extensions.hpp"
#include "wire/gnutella/vendor_messages.hpp"

namespace gnutella::overlay {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using wire::IpAddress;

namespace json = boost::json;
namespace vendor = wire::vendor_messages;

// ---- queries ----

TEST_F(GnutellaEdges, HopsEndAt255) {
    library.add("song", 100, some_urn());
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::leaf);
    receive(1, binary_query(numbered(100), "song", 1, 255));
    EXPECT_THAT(sent_of<wire::Query>(2), IsEmpty()) << "they do not begin again";
    ASSERT_THAT(sent_of<wire::QueryHit>(1), SizeIs(1));
    EXPECT_EQ(sent_of<wire::QueryHit>(1)[0]->message.ttl, 255);
    out.clear();
    receive(2, binary_hit(numbered(100), "song", some_urn(), 100, false, 4, 255));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unexpected_hits, 1U);
}

TEST_F(GnutellaEdges, TtlOf15IsTheHighest) {
    open_gnutella(1, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song", 15, 0));
    EXPECT_EQ(router().counters().queries_handled, 1U);
}

TEST_F(GnutellaEdges, AQueryGoesFurtherOnlyAsLongAsItsTtlGrows) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song", 1, 0));
    receive(1, binary_query(numbered(100), "song", 3, 0));
    EXPECT_THAT(sent_of<wire::Query>(2), SizeIs(1));
    receive(1, binary_query(numbered(100), "song", 3, 0));
    receive(1, binary_query(numbered(100), "song", 2, 0));
    EXPECT_THAT(sent_of<wire::Query>(2), SizeIs(1));
    EXPECT_EQ(router().counters().duplicate_queries, 2U);
}

TEST_F(GnutellaEdges, HopsFlowNamesTheFirstHopThatIsNotWanted) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive_vendor(2, vendor::hops_flow, wire::write_hops_flow(3));
    receive_vendor(2, vendor::hops_flow, "");  // which says nothing
    receive(1, binary_query(numbered(100), "song", 4, 1));
    EXPECT_THAT(sent_of<wire::Query>(2), SizeIs(1)) << "with two hops";
    receive(1, binary_query(numbered(101), "song", 4, 2));
    EXPECT_THAT(sent_of<wire::Query>(2), SizeIs(1)) << "and not with three";
}

TEST_F(GnutellaEdges, WhoWantsATtlOf0IsSentThatOf1) {
    wire::HandshakeHeaders headers = headers_of(2, Role::ultrapeer);
    headers.max_ttl = std::uint8_t{0};
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, headers);
    receive(1, binary_query(numbered(100), "song"));
    ASSERT_THAT(sent_of<wire::Query>(2), SizeIs(1));
    EXPECT_EQ(sent_of<wire::Query>(2)[0]->message.ttl, 1);
}

TEST_F(GnutellaEdges, WhoCanBeConnectedToAnswersThoseWhoCannot) {
    library.add("song");
    open_gnutella(1, Role::ultrapeer);
    wire::Query query;
    query.text = "song";
    query.flags = wire::QueryFlags().with(wire::QueryFlag::firewalled);
    receive(1, wire::encode_binary({numbered(100), 4, 0}, query));
    EXPECT_THAT(sent_of<wire::QueryHit>(1), SizeIs(1));
}

TEST_F(GnutellaEdges, AQueryThatGrowsBeyondWhatAnybodyTakesGoesNoFurther) {
    settings.max_ttl = 20;
    settings.max_message_size = 1'024;
    open(1);
    open(2);
    const std::size_t empty = query_json(numbered(100), "", 9, 9).size();
    receive(1, query_json(numbered(100), std::string(1'024 - empty, 'x'), 9, 9));
    EXPECT_THAT(sent_texts(2), IsEmpty()) << "a digit more";
    EXPECT_EQ(router().counters().expired_queries, 1U);
    receive(1, query_json(numbered(101), std::string(1'023 - empty, 'x'), 9, 9));
    ASSERT_THAT(sent_texts(2), SizeIs(1));
    EXPECT_EQ(sent_texts(2)[0].size(), 1'024U);
}

TEST_F(GnutellaEdges, OurOwnSayWhetherHitsOfFirewalledOnesAreOfUse) {
    for (const Reachability reachability : {Reachability::open, Reachability::firewalled}) {
        settings.reachability = reachability;
        Router asker(settings, identity, own_port, 42);
        Router::Start start = start_of(1, Direction::incoming);
        start.dialect = Dialect::gnutella;
        start.handshake = headers_of(1, Role::ultrapeer);
        out.clear();
        asker.opened(start, now, out);
        asker.start_query({numbered(70), "song", {}, 9'000}, now, out);
        const auto queries = sent_of<wire::Query>(1);
        ASSERT_THAT(queries, SizeIs(1));
        EXPECT_EQ(queries[0]->as<wire::Query>()->flags.has(wire::QueryFlag::firewalled),
                  reachability == Reachability::firewalled);
    }
}

TEST_F(GnutellaEdges, OurOwnAskBySha1WhereABitprintIsWanted) {
    open_gnutella(1, Role::ultrapeer);
    TigerRoot tree{};
    tree.fill(9);
    router().start_query({numbered(70), "song", Urn(*some_urn().sha1(), tree), 9'000}, now, out);
    const auto queries = sent_of<wire::Query>(1);
    ASSERT_THAT(queries, SizeIs(1));
    EXPECT_EQ(queries[0]->as<wire::Query>()->urn, some_urn());
}

// ---- hits ----

TEST_F(GnutellaEdges, AHitIsSentOnWithATtlOf1AtLeast) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song"));
    out.clear();
    for (const std::uint8_t ttl : {std::uint8_t{0}, std::uint8_t{1}}) {
        receive(2, binary_hit(numbered(100), "song", some_urn(), 100, false, ttl));
    }
    ASSERT_THAT(sent_of<wire::QueryHit>(1), SizeIs(2));
    for (const auto& hit : sent_of<wire::QueryHit>(1)) {
        EXPECT_EQ(hit->message.ttl, 1);
    }
}

TEST_F(GnutellaEdges, ALeafPassesNothingBack) {
    settings.role = Role::leaf;
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song"));
    receive(2, binary_hit(numbered(100), "song", some_urn()));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unexpected_hits, 1U);
}

TEST_F(GnutellaEdges, AHitInJsonWithoutAPortOrAResultIsOfNoUseInGnutella) {
    open(1);
    open_gnutella(11, Role::ultrapeer);
    receive(11, binary_query(numbered(100), "song"));
    out.clear();
    receive(1, json_hit(R"([{"name":"song","size":1}])", 0));
    receive(1, json_hit("[]"));
    EXPECT_THAT(out.sends, IsEmpty());
    EXPECT_EQ(router().counters().unreachable_hits, 2U);
    EXPECT_EQ(router().counters().hits_bridged, 0U);
    receive(1, json_hit(R"([{"name":"song","size":1}])"));
    EXPECT_THAT(sent_of<wire::QueryHit>(11), SizeIs(1));
}

TEST_F(GnutellaEdges, AHitOfGnutellaWithoutAPlaceOrAResultIsOfNoUseInJson) {
    open(1);
    open_gnutella(11, Role::ultrapeer);
    receive(1, query_json(numbered(100), "song"));
    out.clear();
    const IpAddress nowhere = IpAddress::v4({0, 0, 0, 0});
    receive(11, hit_of(servent_of_hits(), somewhere, 0));
    receive(11, hit_of(servent_of_hits(), somewhere, 6'346, 1, {}, "../no/file"));
    receive(11, hit_of(servent_of_hits(), nowhere, 6'346, 1));
    EXPECT_THAT(out.sends, IsEmpty());
    EXPECT_EQ(router().counters().unreachable_hits, 3U);
    receive(11, hit_of(servent_of_hits(), nowhere, 6'346, 0));
    EXPECT_EQ(text_of(only_sent(1), "host"), "10.0.0.11") << "the neighbour's own: it is where we see it";
}

TEST_F(GnutellaEdges, WhatCrossesKeepsItsHashAndItsKey) {
    open(1);
    open_gnutella(11, Role::ultrapeer);
    wire::Query wanted;
    wanted.text = "song";
    wanted.urn = some_urn();
    receive(11, wire::encode_binary({numbered(101), 4, 0}, wanted));
    EXPECT_EQ(text_of(only_sent(1), "urn"), some_urn().to_string());
    receive(1, query_json(numbered(100), "song"));
    out.clear();
    wire::HitExtensions extensions;
    extensions.quic_key.emplace().bytes.fill(4);
    const std::string blocks = wire::write_hit_extensions(extensions, {});
    receive(11, hit_of(servent_of_hits(), somewhere, 6'346, 1, blocks));
    const json::object hit = only_sent(1);
    EXPECT_EQ(text_of(hit, "key"), extensions.quic_key->to_string());
    EXPECT_THAT(json::serialize(hit.at("transports")), testing::HasSubstr("quic"));
}

// ---- pushes ----

TEST_F(GnutellaEdges, APushEndsAt255HopsAndStartsAgainWithNoHigherTtlThanOurs) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song"));
    receive(2, binary_hit(numbered(100), "song", some_urn()));
    out.clear();
    receive(1, push_for(servent_of_hits(), 4, 255));
    EXPECT_TRUE(out.empty());
    receive(1, push_for(servent_of_hits(), 200));
    ASSERT_THAT(sent_of<wire::Push>(2), SizeIs(1));
    EXPECT_EQ(sent_of<wire::Push>(2)[0]->message.ttl, settings.max_ttl);
}

TEST_F(GnutellaEdges, ALeafPassesNoPushOn) {
    settings.role = Role::leaf;
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    router().start_query({numbered(100), "song", {}, 9'000}, now, out);
    receive(2, binary_hit(numbered(100), "song", some_urn()));
    out.clear();
    receive(1, push_for(servent_of_hits()));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unroutable_pushes, 1U);
    EXPECT_TRUE(router().push(servent_of_hits(), 1, now, out)) << "it knows the way for itself";
}

TEST_F(GnutellaEdges, TheFirstWayIsKeptAsLongAsItIsThere) {
    for (SessionId id = 1; id <= 3; ++id) {
        open_gnutella(id, Role::ultrapeer);
    }
    receive(1, binary_query(numbered(100), "song"));
    receive(2, binary_hit(numbered(100), "song", some_urn()));
    receive(3, binary_hit(numbered(100), "song", some_urn()));
    out.clear();
    receive(1, push_for(servent_of_hits()));
    EXPECT_THAT(sent_of<wire::Push>(2), SizeIs(1)) << "nobody draws another's pushes to himself";
    EXPECT_THAT(sent_of<wire::Push>(3), IsEmpty());
}

TEST_F(GnutellaEdges, NobodysHitsAndOurOwnShowNoWay) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song"));
    receive(2, hit_of(Guid{}, somewhere, 6'346));
    receive(2, hit_of(identity, somewhere, 6'346));
    out.clear();
    EXPECT_FALSE(router().push(Guid{}, 1, now, out));
    EXPECT_FALSE(router().push(identity, 1, now, out));
    EXPECT_TRUE(out.empty());
}

TEST_F(GnutellaEdges, ANeighbourInJsonIsSentNoPush) {
    open(1);
    EXPECT_FALSE(router().push(numbered(1), 1, now, out));
    EXPECT_FALSE(router().proxy_push(numbered(1), 1, {"10.9.9.9", 6'346}, now, out));
    EXPECT_TRUE(out.empty());
}

TEST_F(GnutellaEdges, AHitNamesFourPushProxiesAtMost) {
    settings.reachability = Reachability::firewalled;
    library.add("song", 100, some_urn());
    for (SessionId id = 1; id <= 6; ++id) {
        open_gnutella(id, Role::ultrapeer);
        receive_vendor(id, vendor::messages_supported, speaks_of_push_proxies());
        receive_vendor(id, vendor::push_proxy_acknowledgement,
                       wire::write_push_proxy_acknowledgement({somewhere, static_cast<std::uint16_t>(7'000 + id)}),
                       identity);
    }
    out.clear();
    receive(1, binary_query(numbered(100), "song"));
    ASSERT_THAT(sent_of<wire::QueryHit>(1), SizeIs(1));
    const auto hits = sent_of<wire::QueryHit>(1);
    std::pmr::monotonic_buffer_resource memory;
    const auto extensions = wire::read_hit_extensions(hits[0]->as<wire::QueryHit>()->extensions, memory);
    EXPECT_EQ(extensions.push_proxies.size(), 4U);
}

TEST_F(GnutellaEdges, WhoCanBeConnectedToAsksForNoPushProxy) {
    open_gnutella(1, Role::ultrapeer);
    receive_vendor(1, vendor::messages_supported, speaks_of_push_proxies());
    EXPECT_TRUE(out.empty());
}

TEST_F(GnutellaEdges, NobodyIsProxyForAnIdThatIsNobodysOrOurs) {
    wire::HandshakeHeaders nameless = headers_of(1, Role::leaf);
    nameless.guid.reset();
    open_gnutella(1, nameless);
    receive_vendor(1, vendor::push_proxy_request, {}, Guid{});
    receive_vendor(1, vendor::push_proxy_request, {}, identity);
    EXPECT_TRUE(out.empty());
    receive_vendor(1, vendor::push_proxy_request, {}, numbered(40));
    EXPECT_THAT(sent_of<wire::VendorMessage>(1), SizeIs(1));
}

TEST_F(GnutellaEdges, WhoCannotBeConnectedToIsNobodysPushProxy) {
    settings.reachability = Reachability::firewalled;
    open_gnutella(1, Role::leaf);
    receive_vendor(1, vendor::push_proxy_request, {}, numbered(1));
    EXPECT_TRUE(out.empty());
}

TEST_F(GnutellaEdges, AProxyOfAnotherIsNotOurs) {
    settings.reachability = Reachability::firewalled;
    library.add("song", 100, some_urn());
    open_gnutella(1, Role::ultrapeer);
    receive_vendor(1, vendor::messages_supported, speaks_of_push_proxies());
    receive_vendor(1, vendor::push_proxy_acknowledgement, wire::write_push_proxy_acknowledgement({somewhere, 7'001}),
                   numbered(40));
    EXPECT_EQ(router().counters().unknown_messages, 1U);
    out.clear();
    receive(1, binary_query(numbered(100), "song"));
    const auto hits = sent_of<wire::QueryHit>(1);
    ASSERT_THAT(hits, SizeIs(1));
    std::pmr::monotonic_buffer_resource memory;
    const auto extensions = wire::read_hit_extensions(hits[0]->as<wire::QueryHit>()->extensions, memory);
    EXPECT_EQ(extensions.push_proxies.size(), 0U);
}

TEST(PushGuardEdges, PortsAreAllowedFrom1024On) {
    PushGuard guard(5);
    const TimePoint now{std::chrono::hours(1)};
    EXPECT_EQ(guard.allow(somewhere, 1'023, somewhere, now), PushGuard::Verdict::refused);
    EXPECT_EQ(guard.allow(somewhere, 1'024, somewhere, now), PushGuard::Verdict::allowed);
}
}  // namespace
}  // namespace gnutella::overlay
