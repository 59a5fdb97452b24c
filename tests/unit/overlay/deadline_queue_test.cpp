#include "overlay/deadline_queue.hpp"
#include "some_values.hpp"

#include <gtest/gtest.h>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;

struct DeadlineQueueTest : testing::Test {
    DeadlineQueue queue;
    DeadlineQueue::Timer first;
    DeadlineQueue::Timer second;
};

TEST_F(DeadlineQueueTest, WaitsForNothingAtFirst) {
    EXPECT_EQ(queue.earliest(), TimePoint::max());
    EXPECT_FALSE(queue.due(start));
}

TEST_F(DeadlineQueueTest, GivesTheEarliestFirst) {
    queue.arm(1, first, start + 2s);
    queue.arm(2, second, start + 1s);
    EXPECT_EQ(queue.earliest(), start + 1s);
    EXPECT_FALSE(queue.due(start));
    EXPECT_EQ(queue.due(start + 1s), 2U);
    queue.disarm(2, second);
    EXPECT_FALSE(queue.due(start + 1s));
    EXPECT_EQ(queue.due(start + 2s), 1U);
}

TEST_F(DeadlineQueueTest, ArmingAgainMovesTheTimerEitherWay) {
    queue.arm(1, first, start + 2s);
    queue.arm(1, first, start + 5s);
    EXPECT_FALSE(queue.due(start + 4s));
    queue.arm(1, first, start + 1s);
    EXPECT_EQ(queue.due(start + 1s), 1U);
    queue.disarm(1, first);
    EXPECT_EQ(queue.earliest(), TimePoint::max());
}

TEST_F(DeadlineQueueTest, TwoMayBeDueAtTheSameTime) {
    queue.arm(1, first, start);
    queue.arm(2, second, start);
    queue.disarm(*queue.due(start), first);
    EXPECT_EQ(queue.due(start), 2U);
}

TEST_F(DeadlineQueueTest, DisarmingTwiceIsHarmless) {
    queue.arm(1, first, start);
    queue.disarm(1, first);
    queue.disarm(1, first);
    queue.arm(1, first, start + 1s);
    EXPECT_EQ(queue.earliest(), start + 1s);
}

}  // namespace
}  // namespace gnutella::overlay
