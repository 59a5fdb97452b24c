#include "overlay/router_fixture.hpp"
#include "wire/gnutella/hit_extensions.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class GnutellaQueries : public RouterFixture {
  protected:
    const wire::Message& only_query_to(SessionId id) {
        kept_ = sent_of<wire::Query>(id);
        EXPECT_THAT(kept_, SizeIs(1)) << "to session " << id;
        return kept_.at(0)->message;
    }

  private:
    Binaries kept_;
};

TEST_F(GnutellaQueries, GoToEveryUltrapeerButTheOneThatTheyCameFrom) {
    for (SessionId id = 1; id <= 3; ++id) {
        open_gnutella(id, Role::ultrapeer);
    }
    const wire::Frame query = binary_query(numbered(100), "song", 4, 2);
    receive(1, query);
    EXPECT_THAT(binary_sent(1), IsEmpty());
    for (const SessionId id : {2U, 3U}) {
        const wire::Message& sent = only_query_to(id);
        EXPECT_EQ(sent.id, numbered(100));
        EXPECT_EQ(sent.ttl, 3);
        EXPECT_EQ(sent.hops, 3);
        EXPECT_EQ(sent.raw.substr(23), query.bytes().substr(23)) << "byte for byte";
    }
    ASSERT_THAT(out.sends, SizeIs(2));
    EXPECT_EQ(out.sends[0].frame.bytes().data(), out.sends[1].frame.bytes().data()) << "written once";
    EXPECT_EQ(router().counters().queries_forwarded, 2U);
}

TEST_F(GnutellaQueries, LivesAreClippedToSevenHops) {
    open_gnutella(1, Role::ultrapeer);
    wire::HandshakeHeaders far = headers_of(2, Role::ultrapeer);
    far.max_ttl = std::uint8_t{10};
    open_gnutella(2, far);
    receive(1, binary_query(numbered(100), "song", 12, 3));
    EXPECT_EQ(only_query_to(2).ttl, 3) << "four were left, and one is used";
    out.clear();
    receive(1, binary_query(numbered(101), "song", 5, 7));
    EXPECT_THAT(binary_sent(2), IsEmpty());
    EXPECT_EQ(router().counters().expired_queries, 1U);
}

TEST_F(GnutellaQueries, NobodyIsSentAHigherTtlThanHeTakes) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);  // which says 4
    receive(1, binary_query(numbered(100), "song", 7, 0));
    EXPECT_EQ(only_query_to(2).ttl, 4);
}

TEST_F(GnutellaQueries, AbsurdTtlsAreDropped) {
    library.add("song");
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song", 16, 0));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().expired_queries, 1U);
}

TEST_F(GnutellaQueries, ALeafGetsThoseThatGoNoFurther) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::leaf);
    receive(1, binary_query(numbered(100), "song", 1, 3));
    const wire::Message& sent = only_query_to(2);
    EXPECT_EQ(sent.ttl, 1);
    EXPECT_EQ(sent.hops, 4);
}

TEST_F(GnutellaQueries, ThoseOfALeafGoToUltrapeersAndOtherLeaves) {
    open_gnutella(1, Role::leaf);
    open_gnutella(2, Role::ultrapeer);
    open_gnutella(3, Role::leaf);
    receive(1, binary_query(numbered(100), "song", 7, 0));
    EXPECT_EQ(only_query_to(2).ttl, 4);
    EXPECT_EQ(only_query_to(3).hops, 1);
}

TEST_F(GnutellaQueries, ALeafSendsNothingOn) {
    settings.role = Role::leaf;
    library.add("song", 100, some_urn());
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song"));
    EXPECT_THAT(binary_sent(2), IsEmpty());
    EXPECT_THAT(sent_of<wire::QueryHit>(1), SizeIs(1)) << "but it answers";
}

TEST_F(GnutellaQueries, DuplicatesAreDroppedWhateverWayTheyCome) {
    library.add("song");
    for (SessionId id = 1; id <= 3; ++id) {
        open_gnutella(id, Role::ultrapeer);
    }
    receive(1, binary_query(numbered(100), "song"));
    out.clear();
    receive(1, binary_query(numbered(100), "song"));
    receive(2, binary_query(numbered(100), "song", 7, 0));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().duplicate_queries, 2U);
}

TEST_F(GnutellaQueries, TheSameAskedAgainWithAHigherTtlGoesOnAndIsNotAnsweredTwice) {
    library.add("song", 100, some_urn());
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song", 1, 0));
    EXPECT_THAT(sent_of<wire::Query>(2), IsEmpty());
    EXPECT_THAT(sent_of<wire::QueryHit>(1), SizeIs(1));
    out.clear();
    receive(1, binary_query(numbered(100), "song", 3, 0));
    EXPECT_EQ(only_query_to(2).ttl, 2);
    EXPECT_THAT(sent_of<wire::QueryHit>(1), IsEmpty());
    EXPECT_EQ(library.asked, 1U);
}

TEST_F(GnutellaQueries, OneNeighbourMaySendSoManyASecond) {
    open_gnutella(1, Role::ultrapeer);
    for (std::uint32_t i = 0; i < 1'000; ++i) {
        receive(1, binary_query(numbered(1'000 + i), "song"));
    }
    EXPECT_EQ(router().counters().queries_handled, settings.query_burst);
    EXPECT_EQ(router().counters().excess_queries, 1'000 - settings.query_burst);
}

TEST_F(GnutellaQueries, AreAnsweredWithAllThatIsKnownOfAFile) {
    library.add("a song.ogg", 5'000'000'000, some_urn());
    open_gnutella(1, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song", 4, 3));
    const auto hits = sent_of<wire::QueryHit>(1);
    ASSERT_THAT(hits, SizeIs(1));
    EXPECT_EQ(hits[0]->message.id, numbered(100));
    EXPECT_EQ(hits[0]->message.ttl, 5) << "two more than the way here";
    EXPECT_EQ(hits[0]->message.hops, 0);
    const auto& hit = *hits[0]->as<wire::QueryHit>();
    EXPECT_EQ(hit.from.address, wire::IpAddress::v4({10, 0, 1, 1}));
    EXPECT_EQ(hit.from.port, own_port);
    EXPECT_EQ(hit.peer, identity);
    EXPECT_EQ(hit.state.firewalled, false);
    ASSERT_THAT(hit.results, SizeIs(1));
    EXPECT_EQ(hit.results[0].name, "a song.ogg");
    EXPECT_EQ(hit.results[0].size, 5'000'000'000U);
    EXPECT_EQ(hit.results[0].urn, some_urn());
    EXPECT_EQ(hit.results[0].index, 0U);
}

TEST_F(GnutellaQueries, ManyMatchesAreSentInSeveralMessages) {
    for (int number = 0; number < 60; ++number) {
        library.add("song " + std::string(200, 'x') + std::to_string(number), 100, some_urn());
    }
    open_gnutella(1, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song"));
    const auto hits = sent_of<wire::QueryHit>(1);
    ASSERT_GT(hits.size(), 2U);
    std::vector<std::string> names;
    for (const auto& binary : hits) {
        EXPECT_LE(binary->bytes.size(), 4096U);
        for (const auto& result : binary->as<wire::QueryHit>()->results) {
            EXPECT_EQ(result.index, names.size());
            names.emplace_back(result.name);
        }
    }
    EXPECT_THAT(names, SizeIs(60));
}

TEST_F(GnutellaQueries, AFileIsFoundByItsHash) {
    library.add("a", 1, some_urn());
    library.add("b", 2);
    open_gnutella(1, Role::ultrapeer);
    wire::Query wanted;
    wanted.urn = some_urn();
    receive(1, wire::encode_binary({numbered(100), 4, 0}, wanted));
    const auto hits = sent_of<wire::QueryHit>(1);
    ASSERT_THAT(hits, SizeIs(1));
    ASSERT_THAT(hits[0]->as<wire::QueryHit>()->results, SizeIs(1));
    EXPECT_EQ(hits[0]->as<wire::QueryHit>()->results[0].name, "a");
}

TEST_F(GnutellaQueries, OurKeyIsInTheHit) {
    library.add("song", 100, some_urn());
    KeyHash key;
    key.bytes.fill(9);
    router().show_key(key);
    open_gnutella(1, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song"));
    const auto hits = sent_of<wire::QueryHit>(1);
    ASSERT_THAT(hits, SizeIs(1));
    std::pmr::monotonic_buffer_resource memory;
    EXPECT_EQ(wire::read_hit_extensions(hits[0]->as<wire::QueryHit>()->extensions, memory).quic_key, key);
}

TEST_F(GnutellaQueries, TwoThatCannotBeConnectedToDoNotAnswerEachOther) {
    settings.reachability = Reachability::firewalled;
    library.add("song");
    open_gnutella(1, Role::ultrapeer);
    wire::Query query;
    query.text = "song";
    query.flags = wire::QueryFlags().with(wire::QueryFlag::firewalled);
    receive(1, wire::encode_binary({numbered(100), 4, 0}, query));
    EXPECT_THAT(sent_of<wire::QueryHit>(1), IsEmpty());
    receive(1, binary_query(numbered(101), "song"));
    EXPECT_THAT(sent_of<wire::QueryHit>(1), SizeIs(1));
}

TEST_F(GnutellaQueries, HitsGoBackTheWayTheQueryCame) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song"));
    out.clear();
    const wire::Frame hit = binary_hit(numbered(100), "song", some_urn());
    receive(2, hit);
    const auto hits = sent_of<wire::QueryHit>(1);
    ASSERT_THAT(hits, SizeIs(1));
    EXPECT_EQ(hits[0]->message.ttl, 3);
    EXPECT_EQ(hits[0]->message.hops, 2);
    EXPECT_EQ(hits[0]->bytes.substr(23), hit.bytes().substr(23));
    EXPECT_EQ(router().counters().hits_routed, 1U);
}

TEST_F(GnutellaQueries, HitsForQueriesNeverMadeAreDroppedAndCounted) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(2, binary_hit(numbered(100), "song", some_urn()));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unexpected_hits, 1U);
    EXPECT_FALSE(router().push(servent_of_hits(), 1, now, out)) << "nor do they tell of a way";
}

TEST_F(GnutellaQueries, AStormOfGuidsIsBounded) {
    settings.max_routes = 100;
    settings.queries_per_second = 1'000'000;
    settings.query_burst = 1'000'000;
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        receive(1, binary_query(numbered(1'000 + i), "song"));
        out.clear();
    }
    receive(2, binary_hit(numbered(1'000), "song", some_urn()));
    EXPECT_TRUE(out.empty()) << "forgotten";
    receive(2, binary_hit(numbered(10'999), "song", some_urn()));
    EXPECT_THAT(sent_of<wire::QueryHit>(1), SizeIs(1));
}

TEST_F(GnutellaQueries, OurOwnAreSentToAll) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::leaf);
    router().start_query({numbered(70), "moonlight", some_urn(), 9'000}, now, out);
    const wire::Message& sent = only_query_to(1);
    EXPECT_EQ(sent.id, numbered(70));
    EXPECT_EQ(sent.ttl, 4);
    EXPECT_EQ(sent.hops, 0);
    const auto& query = std::get<wire::Query>(sent.body);
    EXPECT_EQ(query.text, "moonlight");
    EXPECT_EQ(query.urn, some_urn());
    EXPECT_TRUE(query.flags.has(wire::QueryFlag::reads_ggep_h));
    EXPECT_FALSE(query.flags.has(wire::QueryFlag::firewalled));
    EXPECT_THAT(sent_of<wire::Query>(2), SizeIs(1));
    out.clear();
    Router::Start start = start_of(3, Direction::incoming);
    start.dialect = Dialect::gnutella;
    start.handshake = headers_of(3, Role::ultrapeer);
    router().opened(start, now, out);
    EXPECT_THAT(sent_of<wire::Query>(3), SizeIs(1)) << "and to those that come later";
}

TEST_F(GnutellaQueries, AHitTellsAllOfItsSource) {
    open_gnutella(1, Role::ultrapeer);
    router().start_query({numbered(70), "song", {}, 9'000}, now, out);
    out.clear();
    wire::HitExtensions extensions;
    extensions.can_be_browsed = true;
    extensions.speaks_tls = true;
    extensions.quic_key.emplace().bytes.fill(4);
    const std::vector<wire::PackedHost> proxies{{wire::IpAddress::v4({10, 3, 3, 3}), 6'347}};
    const std::string blocks = wire::write_hit_extensions(extensions, proxies);
    wire::QueryHit message{.from = {{}, 6'346, wire::IpAddress::v4({10, 8, 8, 8})},
                           .peer = servent_of_hits(),
                           .transports = {},
                           .results = {}};
    message.vendor = "GTKG";
    message.state.firewalled = true;
    message.extensions = blocks;
    message.results.push_back({"song", 1'234, some_urn(), 77});
    receive(1, wire::encode_binary({numbered(70), 4, 2}, message));
    ASSERT_THAT(out.hits, SizeIs(1));
    const Hit& hit = out.hits[0].hit;
    EXPECT_EQ(hit.name, "song");
    EXPECT_EQ(hit.size, 1'234U);
    EXPECT_EQ(hit.urn, some_urn());
    EXPECT_EQ(hit.source, (Endpoint{"10.8.8.8", 6'346}));
    EXPECT_EQ(hit.peer, servent_of_hits());
    EXPECT_EQ(hit.dialect, Dialect::gnutella);
    EXPECT_EQ(hit.index, 77U);
    EXPECT_EQ(hit.client, "gtk-gnutella");
    EXPECT_TRUE(hit.firewalled);
    EXPECT_TRUE(hit.browsable);
    EXPECT_TRUE(hit.tls);
    EXPECT_THAT(hit.push_proxies, ElementsAre(Endpoint{"10.3.3.3", 6'347}));
    ASSERT_TRUE(hit.key);
    EXPECT_THAT(hit.transports, ElementsAre(Transport::quic, Transport::http));
}

TEST_F(GnutellaQueries, FarHitsAndNearQueriesAreWorthMore) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song", 4, 1));
    receive(1, binary_query(numbered(101), "song", 4, 2));
    receive(2, binary_hit(numbered(100), "song", some_urn(), 100, false, 4, 1));
    receive(2, binary_hit(numbered(100), "song", some_urn(), 100, false, 4, 2));
    ASSERT_THAT(out.sends, SizeIs(4));
    EXPECT_EQ(out.sends[0].priority, Priority::query);
    EXPECT_EQ(out.sends[1].priority, Priority::far_query);
    EXPECT_EQ(out.sends[2].priority, Priority::hit);
    EXPECT_EQ(out.sends[3].priority, Priority::far_hit);
}

}  // namespace
}  // namespace gnutella::overlay
