#include "overlay/local_queries.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct LocalQueriesTest : testing::Test {
    Random random{1};
    LocalQueries queries{3, random};
    Router::LocalQuery query{random.guid(), "notes.txt", {}, 40'000};
    std::vector<HitReceived> hits;

    wire::QueryHit hit(std::vector<std::string_view> names, std::string_view host = "10.0.0.1") {
        wire::QueryHit result{{host, 8025}, true, {}, {}, {}};
        for (const std::string_view name : names) {
            result.results.push_back({name, 1, std::nullopt});
        }
        return result;
    }
};

TEST_F(LocalQueriesTest, TakeHitsOnlyWhileTheyRun) {
    EXPECT_EQ(queries.take(query.id, hit({"a"}), "", hits), 0U);
    EXPECT_THAT(hits, IsEmpty());
    queries.start(query);
    EXPECT_TRUE(queries.running(query.id));
    queries.take(query.id, hit({"a"}), "", hits);
    EXPECT_THAT(hits, SizeIs(1));
    queries.end(query.id);
    EXPECT_FALSE(queries.running(query.id));
    queries.take(query.id, hit({"b"}), "", hits);
    EXPECT_THAT(hits, SizeIs(1));
}

TEST_F(LocalQueriesTest, TakeNoMoreThanTheBoundAndSayHowManyWereBeyond) {
    queries.start(query);
    EXPECT_EQ(queries.take(query.id, hit({"a", "b", "a", "c", "d", "e"}), "", hits), 2U);
    EXPECT_THAT(hits, SizeIs(3));
    EXPECT_EQ(queries.take(query.id, hit({"a"}), "", hits), 0U) << "what is known is not beyond the bound";
}

TEST_F(LocalQueriesTest, TheSameFileOfAnotherSourceIsAnotherHit) {
    queries.start(query);
    queries.take(query.id, hit({"a"}, "10.0.0.1"), "", hits);
    queries.take(query.id, hit({"a"}, "10.0.0.2"), "", hits);
    EXPECT_THAT(hits, SizeIs(2));
}

TEST_F(LocalQueriesTest, AHitFromNowhereIsNone) {
    queries.start(query);
    EXPECT_EQ(queries.take(query.id, hit({"a"}, "0.0.0.0"), "", hits), 0U);
    wire::QueryHit no_port = hit({"a"});
    no_port.from.port = 0;
    EXPECT_EQ(queries.take(query.id, no_port, "", hits), 0U);
    EXPECT_THAT(hits, IsEmpty());
}

TEST_F(LocalQueriesTest, RawFilesAreBoundedToo) {
    queries.start(query);
    for (std::uint16_t port = 1; port <= 3; ++port) {
        EXPECT_EQ(queries.take_raw_file(query.id, "x", {"10.0.0.1", port}, hits), 0U);
    }
    EXPECT_EQ(queries.take_raw_file(query.id, "x", {"10.0.0.1", 4}, hits), 1U);
    EXPECT_THAT(hits, SizeIs(3));
}

}  // namespace
}  // namespace gnutella::overlay
