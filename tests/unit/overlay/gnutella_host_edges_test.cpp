// Where one step further something else is right: bounds, who may and who may not. Hosts, handshakes and tables.

#include "overlay/gnutella_edges.hpp"
#include "overlay/pong_cache.hpp"
#include "wire/gnutella/pong_extensions.hpp"
#include "wire/gnutella/route_table_receiver.hpp"
#include "wire/gnutella/vendor_messages.hpp"
#include "wire/ip_text.hpp"

namespace gnutella::overlay {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using wire::IpAddress;

namespace json = boost::json;
namespace vendor = wire::vendor_messages;

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
    ASSERT_THAT(sent_of<wire::Pong>(1), SizeIs(1));
    EXPECT_EQ(sent_of<wire::Pong>(1)[0]->as<wire::Pong>()->from.port, 0);
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
    for (std::uint8_t host = 1; host <= 24; ++host) {
        hosts.push_back(
            {host % 2 == 0 ? *wire::parse_ip("2001:db8::" + std::to_string(host)) : IpAddress::v4({10, 7, 7, host}),
             6'347});
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
