#include "overlay/join_list.hpp"
#include "some_values.hpp"

#include <gtest/gtest.h>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;

struct JoinListTest : testing::Test {
    Random random{1};
    JoinList joins{1s, 60s};

    std::chrono::duration<double> wait(TimePoint from) const { return joins.next_deadline() - from; }
};

TEST_F(JoinListTest, TriesAtOnce) {
    joins.want(a, start);
    EXPECT_EQ(joins.next_deadline(), start);
    EXPECT_EQ(joins.take_due(start), a);
    EXPECT_FALSE(joins.take_due(start));
    EXPECT_EQ(joins.next_deadline(), TimePoint::max());
}

TEST_F(JoinListTest, WaitsLongerAfterEachFailure) {
    joins.want(a, start);
    TimePoint now = start;
    for (const double expected : {1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0}) {
        ASSERT_EQ(joins.take_due(now), a);
        ASSERT_TRUE(joins.failed(a, now, random));
        EXPECT_NEAR(wait(now).count(), expected, expected / 4);
        EXPECT_FALSE(joins.take_due(joins.next_deadline() - 1us));
        now = joins.next_deadline();
    }
}

TEST_F(JoinListTest, BeginsAnewAfterAnOpenSession) {
    joins.want(a, start);
    joins.take_due(start);
    joins.failed(a, start, random);
    joins.take_due(start + 10s);
    joins.failed(a, start + 10s, random);
    joins.take_due(start + 20s);
    joins.opened(a, start + 20s);
    EXPECT_EQ(joins.next_deadline(), TimePoint::max());
    joins.lost(a, start + 30s, random);
    EXPECT_NEAR(wait(start + 30s).count(), 1.0, 0.25);
    EXPECT_EQ(joins.take_due(start + 40s), a);
}

TEST_F(JoinListTest, WaitsLongerForWhoLetsUsGoAtOnce) {
    joins.want(a, start);
    TimePoint now = start;
    for (const double seconds : {1.0, 2.0, 4.0}) {
        joins.take_due(now);
        joins.opened(a, now);
        joins.lost(a, now, random);
        EXPECT_NEAR(wait(now).count(), seconds, seconds / 4);
        now += 10s;
    }
}

TEST_F(JoinListTest, WantingTwiceIsWantingOnce) {
    joins.want(a, start);
    joins.take_due(start);
    joins.want(a, start);
    EXPECT_FALSE(joins.take_due(start));
}

TEST_F(JoinListTest, KeepsSeveralApart) {
    joins.want(a, start);
    joins.want(b, start);
    EXPECT_EQ(joins.take_due(start), a);
    EXPECT_EQ(joins.take_due(start), b);
    joins.opened(b, start);
    joins.failed(a, start, random);
    EXPECT_EQ(joins.take_due(start + 10s), a);
    EXPECT_FALSE(joins.take_due(start + 10s));
}

TEST_F(JoinListTest, TriesNoMoreWhatIsNotWanted) {
    joins.want(a, start);
    joins.want(b, start);
    joins.forget(a);
    EXPECT_FALSE(joins.wants(a));
    EXPECT_EQ(joins.take_due(start), b);
    EXPECT_FALSE(joins.failed(a, start, random));
    joins.clear();
    EXPECT_FALSE(joins.failed(b, start, random));
    EXPECT_EQ(joins.next_deadline(), TimePoint::max());
}

TEST_F(JoinListTest, AnAttemptBesideAnOpenSessionSaysNothingOfThat) {
    joins.want(a, start);
    joins.take_due(start);
    joins.opened(a, start);
    EXPECT_FALSE(joins.failed(a, start, random));
    joins.reached_otherwise(a, start, random);
    EXPECT_EQ(joins.next_deadline(), TimePoint::max());
}

TEST_F(JoinListTest, LeavesAloneWhatIsReachedOtherwiseUntilASessionIsLost) {
    joins.want(a, start);
    joins.take_due(start);
    joins.reached_otherwise(a, start, random);
    EXPECT_NEAR(wait(start).count(), 60.0, 15.0);
    joins.session_lost(start + 5s, random);
    EXPECT_NEAR(wait(start + 5s).count(), 1.0, 0.25);
    EXPECT_EQ(joins.take_due(start + 7s), a);
}

}  // namespace
}  // namespace gnutella::overlay
