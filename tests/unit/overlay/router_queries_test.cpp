#include "overlay/router_fixture.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct RouterQueries : RouterFixture {};

TEST_F(RouterQueries, GoToEveryOpenSessionButTheOneTheyCameFrom) {
    for (SessionId id = 1; id <= 4; ++id) {
        open(id);
    }
    connect(5);
    receive(2, query_json(numbered(1), "song"));
    EXPECT_THAT(out.sends, SizeIs(3));
    for (const SessionId to : {1U, 3U, 4U}) {
        const auto query = only_sent(to);
        EXPECT_EQ(text_of(query, "type"), "QUERY");
        EXPECT_EQ(query.at("ttl"), 6);
        EXPECT_EQ(query.at("hops"), 1);
    }
    EXPECT_EQ(out.sends[0].priority, Priority::query);
    EXPECT_EQ(router().counters().queries_handled, 1U);
    EXPECT_EQ(router().counters().queries_forwarded, 3U);
}

TEST_F(RouterQueries, ThatAreForgottenForLackOfRoomAreCounted) {
    settings.max_routes = 3;
    open(1);
    for (std::uint32_t number = 1; number <= 5; ++number) {
        receive(1, query_json(numbered(number), "song"));
    }
    EXPECT_EQ(router().counters().routes_forgotten, 2U);
}

TEST_F(RouterQueries, AreEncodedOnceForAllNeighbours) {
    for (SessionId id = 1; id <= 4; ++id) {
        open(id);
    }
    receive(1, query_json(numbered(1), "song"));
    ASSERT_THAT(out.sends, SizeIs(3));
    EXPECT_EQ(out.sends[0].frame.bytes().data(), out.sends[1].frame.bytes().data());
    EXPECT_EQ(out.sends[0].frame.bytes().data(), out.sends[2].frame.bytes().data());
}

TEST_F(RouterQueries, KeepUnknownFieldsOnTheirWay) {
    open(1);
    open(2);
    receive(1,
            R"({"type":"QUERY","future":[1,{"x":null}],"id":"q","file":"song","hops":2,"ttl":4,"host":"h","port":1})");
    EXPECT_THAT(
        sent_texts(2),
        ElementsAre(
            R"({"type":"QUERY","future":[1,{"x":null}],"id":"q","file":"song","hops":3,"ttl":3,"host":"h","port":1})"));
}

TEST_F(RouterQueries, AreHandledOnce) {
    for (SessionId id = 1; id <= 3; ++id) {
        open(id);
    }
    receive(1, query_json(numbered(1), "song"));
    out.clear();
    receive(1, query_json(numbered(1), "song"));
    receive(2, query_json(numbered(1), "song", 3, 4));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().queries_handled, 1U);
    EXPECT_EQ(router().counters().duplicate_queries, 2U);
}

TEST_F(RouterQueries, AreHandledAgainWhenTheyHaveBeenForgotten) {
    open(1);
    open(2);
    receive(1, query_json(numbered(1), "song"));
    now += 10min;
    out.clear();
    receive(1, query_json(numbered(1), "song"));
    EXPECT_THAT(out.sends, SizeIs(1));
}

TEST_F(RouterQueries, GoNoFurtherThanTheirTtl) {
    open(1);
    open(2);
    receive(1, query_json(numbered(1), "song", 1, 6));
    receive(1, query_json(numbered(2), "song", 0, 6));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().expired_queries, 2U);
    receive(1, query_json(numbered(3), "song", 2, 5));
    EXPECT_EQ(only_sent(2).at("ttl"), 1);
}

TEST_F(RouterQueries, ATtlBeyondTheBoundIsCut) {
    open(1);
    open(2);
    receive(1, query_json(numbered(1), "song", 200, 0));
    EXPECT_EQ(only_sent(2).at("ttl"), 6);
    out.clear();
    receive(1, query_json(numbered(2), "song", 200, 4));
    EXPECT_EQ(only_sent(2).at("ttl"), 2) << "TTL and hops together are seven";
    out.clear();
    receive(1, query_json(numbered(3), "song", 200, 255));
    EXPECT_TRUE(out.empty());
}

TEST_F(RouterQueries, AreAnsweredEvenWhereTheyEnd) {
    library.add("song");
    open(1);
    receive(1, query_json(numbered(1), "song", 1, 6));
    EXPECT_EQ(text_of(only_sent(1), "type"), "QUERY-HIT");
}

TEST_F(RouterQueries, ALegacyOneIsForwardedByteForByte) {
    open_legacy(1);
    open_legacy(2);
    open(3);
    const std::string query = legacy_query_json("DESKTOP-1", 7'001, "0b5c1d2e-0000-11ec-8000-000000000000", "song");
    receive(1, query);
    EXPECT_THAT(sent_texts(2), ElementsAre(query));
    EXPECT_THAT(sent_texts(3), ElementsAre(query));
}

TEST_F(RouterQueries, BeyondTheRateAreDroppedBeforeAllElse) {
    library.add("song");
    open(1);
    open(2);
    for (std::uint32_t number = 0; number < 250; ++number) {
        receive(1, query_json(numbered(number), "none"));
    }
    EXPECT_EQ(library.asked, 200U);
    EXPECT_EQ(router().counters().excess_queries, 50U);
    EXPECT_EQ(router().counters().queries_handled, 200U);
    receive(2, query_json(numbered(1'000), "none"));
    EXPECT_EQ(router().counters().queries_handled, 201U) << "each session has its own rate";
    receive(2, query_json(numbered(249), "none"));
    EXPECT_EQ(router().counters().duplicate_queries, 0U) << "what was dropped was not remembered";
    now += 10ms;
    receive(1, query_json(numbered(2'000), "none"));
    EXPECT_EQ(router().counters().queries_handled, 203U);
}

TEST_F(RouterQueries, AreShownOnlyToWhoWatches) {
    library.add("my song");
    open(1);
    open(2);
    receive(1, query_json(numbered(1), "song"));
    EXPECT_THAT(out.queries_seen, IsEmpty());
    router().watch_queries(Router::QueryWatch::on);
    receive(1, query_json(numbered(2), "song"));
    receive(1, query_json(numbered(2), "song"));
    ASSERT_THAT(out.queries_seen, SizeIs(1));
    EXPECT_EQ(out.queries_seen[0].id, numbered(2));
    EXPECT_EQ(out.queries_seen[0].from, 1U);
    EXPECT_EQ(out.queries_seen[0].text, "song");
    EXPECT_EQ(out.queries_seen[0].answered, 1U);
    EXPECT_EQ(out.queries_seen[0].forwarded, 1U);
    EXPECT_EQ(out.queries_seen[0].urn, std::nullopt);
    std::string by_hash = query_json(numbered(3), "song");
    by_hash.insert(1, R"("urn":")" + some_urn().to_string() + R"(",)");
    receive(1, by_hash);
    EXPECT_EQ(out.queries_seen.back().urn, some_urn());
}

TEST_F(RouterQueries, BeforeThePongArePassedOver) {
    library.add("song");
    connect(1, Direction::outgoing);
    out.clear();
    receive(1, query_json(numbered(1), "song"));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().session_count(), 1U);
}

}  // namespace
}  // namespace gnutella::overlay
