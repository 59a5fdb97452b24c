// Where one step further something else is right: bounds, the last hop, who may and who may not.

#include "overlay/pong_cache.hpp"
#include "overlay/push_guard.hpp"
#include "overlay/router_fixture.hpp"
#include "wire/gnutella/hit_extensions.hpp"
#include "wire/gnutella/pong_extensions.hpp"
#include "wire/gnutella/route_table_receiver.hpp"
#include "wire/gnutella/vendor_messages.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using wire::IpAddress;

namespace json = boost::json;
namespace vendor = wire::vendor_messages;

const IpAddress somewhere = IpAddress::v4({10, 5, 5, 5});

class GnutellaEdges : public RouterFixture {
  protected:
    /// Opens one that pings us for nothing, and is pinged for hosts. @return the id of that ping.
    Guid open_and_be_pinged(SessionId id, const wire::HandshakeHeaders& headers) {
        Router::Start start = start_of(id, Direction::incoming);
        start.dialect = Dialect::gnutella;
        start.handshake = headers;
        router().opened(start, now, out);
        tick();
        const auto pings = sent_of<wire::Ping>(id);
        EXPECT_THAT(pings, SizeIs(1));
        const Guid ping = pings.at(0)->message.id;
        out.clear();
        return ping;
    }
    Guid open_and_be_pinged(SessionId id) { return open_and_be_pinged(id, headers_of(id, Role::ultrapeer)); }

    void receive_ping(SessionId from, std::uint8_t ttl, std::uint8_t hops = 0, std::string_view extensions = {}) {
        receive(from, wire::encode_binary({numbered(500), ttl, hops}, wire::Ping{{}, {}, extensions}));
    }
    void receive_pong(SessionId from, const Guid& ping, IpAddress host, std::uint16_t port, std::uint8_t hops = 1,
                      std::string_view extensions = {}) {
        wire::Pong pong;
        pong.from = {{}, port, host};
        pong.files = 5;
        pong.extensions = extensions;
        receive(from, wire::encode_binary({ping, 1, hops}, pong));
    }
    void receive_vendor(SessionId from, const wire::VendorMessageId& kind, std::string_view payload,
                        const Guid& id = numbered(3)) {
        receive(from, wire::encode_binary({id, 1, 0}, wire::vendor_message(kind, payload)));
    }
    static std::string speaks_of_push_proxies() {
        return wire::write_messages_supported(std::vector{vendor::push_proxy_request});
    }
    static wire::Frame push_for(const Guid& servent, std::uint8_t ttl = 4, std::uint8_t hops = 1) {
        wire::Push push;
        push.target = servent;
        push.to = {{}, 6'346, IpAddress::v4({10, 9, 9, 9})};
        return wire::encode_binary({numbered(600), ttl, hops}, push);
    }
    /// As binary_hit(), from any servent at any place.
    static wire::Frame hit_of(const Guid& servent, IpAddress host, std::uint16_t port, std::uint8_t hops = 1,
                              std::string_view extensions = {}, std::string_view name = "song", std::uint8_t ttl = 4) {
        wire::QueryHit hit{.from = {{}, port, host}, .peer = servent, .transports = {}, .results = {}};
        hit.vendor = "GTKG";
        hit.state.firewalled = false;
        hit.extensions = extensions;
        hit.results.push_back({name, 100, some_urn(), 77});
        return wire::encode_binary({numbered(100), ttl, hops}, hit);
    }
    static std::string json_hit(std::string_view results, int port = 8'030) {
        return R"({"type":"QUERY-HIT","host":"10.7.7.7","port":)" + std::to_string(port) + R"(,"hasFile":true,"id":")" +
               numbered(100).to_string() + R"(","results":)" + std::string(results) + "}";
    }
};

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
    EXPECT_FALSE(router().proxy_push(numbered(1), 1, {"10.9.9.9", 6'346}, out));
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

// ---- pings and pongs ----

TEST_F(GnutellaEdges, OnePingIsAnsweredWithTenPongsOfOthersAtMost) {
    const Guid first = open_and_be_pinged(1);
    const Guid second = open_and_be_pinged(2);
    open_gnutella(3, Role::ultrapeer);
    for (std::uint16_t port = 1; port <= 10; ++port) {
        receive_pong(1, first, somewhere, port);
        receive_pong(2, second, somewhere, port);
    }
    receive_ping(3, 7);
    EXPECT_THAT(sent_of<wire::Pong>(3), SizeIs(11)) << "and ours";
}

TEST_F(GnutellaEdges, ASignOfLifeIsOnePong) {
    open_gnutella(1, Role::ultrapeer);
    now += settings.ping_interval;
    tick();
    const auto pings = sent_of<wire::Ping>(1);
    ASSERT_THAT(pings, SizeIs(1));
    EXPECT_EQ(pings[0]->as<wire::Ping>()->extensions, "") << "hosts are not asked for";
    const Guid ping = pings[0]->message.id;
    receive_pong(1, ping, IpAddress::v4({10, 0, 0, 1}), 7'001, 0);
    EXPECT_EQ(router().counters().unexpected_pongs, 0U);
    receive_pong(1, ping, somewhere, 7'001);
    EXPECT_EQ(router().counters().unexpected_pongs, 1U);
}

TEST_F(GnutellaEdges, OnlyAPingThatComesFromTheNeighbourItselfIsACrawlers) {
    const Guid ping = open_and_be_pinged(1);
    open_gnutella(2, Role::ultrapeer);
    receive_pong(1, ping, somewhere, 6'346, 2);
    receive_ping(2, 2, 1);
    EXPECT_THAT(sent_of<wire::Pong>(2), SizeIs(2));
}

TEST_F(GnutellaEdges, APongThatWouldNotGetThereIsNotSent) {
    const Guid ping = open_and_be_pinged(1);
    open_gnutella(2, Role::ultrapeer);
    receive_pong(1, ping, somewhere, 1, 6);  // no TTL would be left
    receive_pong(1, ping, somewhere, 2, 4);  // two
    receive_ping(2, 4, 3);
    EXPECT_THAT(sent_of<wire::Pong>(2), SizeIs(1)) << "ours alone: three hops back are too many for both";
    out.clear();
    receive_ping(2, 4, 2);
    ASSERT_THAT(sent_of<wire::Pong>(2), SizeIs(2));
    EXPECT_EQ(sent_of<wire::Pong>(2)[1]->message.ttl, 2);
}

TEST_F(GnutellaEdges, ALeafTellsOfItselfAlone) {
    settings.role = Role::leaf;
    const Guid ping = open_and_be_pinged(1);
    open_gnutella(2, Role::ultrapeer);
    receive_pong(1, ping, somewhere, 6'346);
    receive_ping(2, 7);
    EXPECT_THAT(sent_of<wire::Pong>(2), SizeIs(1));
}

TEST_F(GnutellaEdges, WhoCannotBeConnectedToAnswersSignsOfLifeAlone) {
    settings.reachability = Reachability::firewalled;
    open_gnutella(1, Role::ultrapeer);
    receive_ping(1, 7);
    EXPECT_THAT(sent_of<wire::Pong>(1), IsEmpty()) << "it is no host to try";
    receive_ping(1, 1);
    EXPECT_THAT(sent_of<wire::Pong>(1), SizeIs(1));
}

TEST_F(GnutellaEdges, WhereItListensIsLearntFromItselfAlone) {
    wire::HandshakeHeaders headers = headers_of(1, Role::ultrapeer);
    headers.listens.reset();
    const Guid ping = open_and_be_pinged(1, headers);
    receive_pong(1, ping, somewhere, 6'346, 0);
    EXPECT_EQ(router().session(1)->listens.port, 0);
    receive_pong(1, ping, IpAddress::v4({10, 0, 0, 1}), 6'347, 1);
    EXPECT_EQ(router().session(1)->listens.port, 0);
    receive_pong(1, ping, IpAddress::v4({10, 0, 0, 1}), 6'348, 0);
    EXPECT_EQ(router().session(1)->listens.port, 6'348);
}

TEST_F(GnutellaEdges, FilesOfOthersAreNotTheNeighbours) {
    const Guid ping = open_and_be_pinged(1);
    receive_pong(1, ping, somewhere, 6'346, 1);
    EXPECT_EQ(router().session(1)->files, 0U);
    receive_pong(1, ping, IpAddress::v4({10, 0, 0, 1}), 7'001, 0);
    EXPECT_EQ(router().session(1)->files, 5U);
}

TEST_F(GnutellaEdges, ALeafTellsOfNoHosts) {
    open_gnutella(1, Role::leaf);
    now += settings.ping_interval;
    tick();
    const auto pings = sent_of<wire::Ping>(1);
    ASSERT_THAT(pings, SizeIs(1));
    EXPECT_EQ(pings[0]->message.ttl, 1);
    const std::vector<wire::PackedHost> hosts{{IpAddress::v4({10, 7, 7, 7}), 6'347}};
    receive_pong(1, pings[0]->message.id, somewhere, 6'346, 0, wire::write_pong_extensions({}, hosts));
    EXPECT_EQ(router().counters().unexpected_pongs, 0U);
    EXPECT_THAT(router().known_hosts(), IsEmpty());
}

TEST_F(GnutellaEdges, ALeafIsNotAskedForHosts) {
    Router::Start start = start_of(1, Direction::incoming);
    start.dialect = Dialect::gnutella;
    start.handshake = headers_of(1, Role::leaf);
    router().opened(start, now, out);
    tick();
    EXPECT_THAT(sent_of<wire::Ping>(1), IsEmpty());
}

TEST_F(GnutellaEdges, TenHostsOfAPongAreTaken) {
    const Guid ping = open_and_be_pinged(1);
    std::vector<wire::PackedHost> hosts;
    for (std::uint8_t host = 1; host <= 12; ++host) {
        hosts.push_back({IpAddress::v4({10, 7, 7, host}), 6'347});
    }
    receive_pong(1, ping, somewhere, 6'346, 1, wire::write_pong_extensions({}, hosts));
    EXPECT_THAT(router().known_hosts(), SizeIs(12)) << "it, whom it told of, and ten more";
}

TEST_F(GnutellaEdges, StrangersAreNotToldOfOurOwnNetwork) {
    open_gnutella(1, Role::ultrapeer);  // at 10.0.0.1
    Router::Start start = start_of(2, Direction::incoming);
    start.dialect = Dialect::gnutella;
    start.handshake = headers_of(2, Role::ultrapeer);
    start.remote = {"192.0.2.1", 50'000};
    start.remote_address = IpAddress::v4({192, 0, 2, 1});
    router().opened(start, now, out);
    out.clear();
    wire::PingExtensions wish;
    wish.wants_cached = wire::CachedPongWish{};
    receive_ping(2, 1, 0, wire::write_ping_extensions(wish));
    const auto pongs = sent_of<wire::Pong>(2);
    ASSERT_THAT(pongs, SizeIs(1));
    std::pmr::monotonic_buffer_resource memory;
    EXPECT_TRUE(wire::read_pong_extensions(pongs[0]->as<wire::Pong>()->extensions, memory).hosts.empty());
}

TEST(PongCacheEdges, ExtensionsAreKeptUpTo256Bytes) {
    PongCache pongs;
    for (const std::size_t size : {PongCache::max_extensions, PongCache::max_extensions + 1}) {
        pongs.add({.from = 1,
                   .address = somewhere,
                   .port = static_cast<std::uint16_t>(size),
                   .extensions = std::string(size, 'x')});
    }
    std::vector<std::size_t> sizes;
    pongs.visit(0, [&](const PongCache::Pong& pong) {
        sizes.push_back(pong.extensions.size());
        return true;
    });
    EXPECT_EQ(sizes, (std::vector<std::size_t>{0, PongCache::max_extensions})) << "the latest first";
}

// ---- handshakes ----

TEST_F(GnutellaEdges, NoMoreThanSoManySessionsAreOpened) {
    settings.max_sessions = 2;
    open_gnutella(1, Role::ultrapeer);
    EXPECT_FALSE(router().judge(context_of(2), headers_of(2, Role::ultrapeer)).refusal);
    open_gnutella(2, Role::ultrapeer);
    const auto verdict = router().judge(context_of(3), headers_of(3, Role::ultrapeer));
    ASSERT_TRUE(verdict.refusal);
    EXPECT_EQ(verdict.refusal->code, 503);
    EXPECT_EQ(verdict.reason, Error::too_many_sessions);
}

TEST_F(GnutellaEdges, TenUltrapeersAreNamedToWhoIsRefused) {
    wire::HandshakeHeaders crawler = headers_of(50, Role::leaf);
    crawler.crawler = true;
    router().remember_hosts({{{"10.6.6.6", 8'025}, Dialect::json}, {{"10.7.7.7", 6'346}, Dialect::gnutella}});
    EXPECT_THAT(router().judge(context_of(50), crawler).try_ultrapeers,
                testing::ElementsAre(Endpoint{"10.7.7.7", 6'346}))
        << "who speaks JSON is no ultrapeer";
    for (SessionId id = 1; id <= 12; ++id) {
        open_gnutella(id, Role::ultrapeer);
    }
    EXPECT_THAT(router().judge(context_of(50), crawler).try_ultrapeers, SizeIs(10));
}

// ---- tables ----

TEST_F(GnutellaEdges, ALeafThatSpeaksOfTablesBetweenUltrapeersIsSentNone) {
    library.add("song");
    wire::HandshakeHeaders headers = headers_of(1, Role::leaf);
    headers.ultrapeer_query_routing = {0, 1};
    Router::Start start = start_of(1, Direction::incoming);
    start.dialect = Dialect::gnutella;
    start.handshake = headers;
    router().opened(start, now, out);
    tick();
    EXPECT_THAT(sent_of<wire::RouteTableReset>(1), IsEmpty());
}

TEST_F(GnutellaEdges, WhatUltrapeersHaveIsNotInOurTable) {
    open_gnutella(1, Role::leaf);
    send_table(1, {"sunshine"});
    open_gnutella(2, Role::ultrapeer);
    send_table(2, {"rainfall"});
    now += settings.route_table_interval;
    Router::Start start = start_of(3, Direction::incoming);
    start.dialect = Dialect::gnutella;
    start.handshake = headers_of(3, Role::ultrapeer);
    router().opened(start, now, out);
    tick();
    wire::RouteTableReceiver receiver;
    for (const auto& binary : binary_sent(3)) {
        if (const auto* reset = binary->as<wire::RouteTableReset>()) {
            receiver.receive(*reset);
        } else if (const auto* patch = binary->as<wire::RouteTablePatch>()) {
            receiver.receive(*patch);
        }
    }
    ASSERT_NE(receiver.table(), nullptr);
    EXPECT_TRUE(receiver.table()->may_have("sunshine"));
    EXPECT_FALSE(receiver.table()->may_have("rainfall"));
}

}  // namespace
}  // namespace gnutella::overlay
