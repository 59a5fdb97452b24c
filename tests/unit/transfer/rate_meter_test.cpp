#include "transfer/rate_meter.hpp"

#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

using std::chrono::milliseconds;

const RateMeter::Clock::time_point start{};

TEST(RateMeter, GivesNoRateBeforeTimePasses) {
    RateMeter meter(start);
    EXPECT_EQ(meter.rate(1000, start), 0);
}

TEST(RateMeter, FollowsAChangeOfPaceWithinSeconds) {
    RateMeter meter(start);
    std::uint64_t total = 0;
    auto now = start;
    for (int tick = 0; tick < 40; ++tick) {
        now += milliseconds(250);
        total += 250;
        EXPECT_NEAR(meter.rate(total, now), 1000, 1);
    }
    for (int tick = 0; tick < 16; ++tick) {
        now += milliseconds(250);
        total += 25;
        meter.rate(total, now);
    }
    EXPECT_NEAR(meter.rate(total, now), 100, 10);
}

TEST(RateMeter, FallsToNothingWhenNothingComes) {
    RateMeter meter(start);
    meter.rate(1'000'000, start + milliseconds(500));
    EXPECT_EQ(meter.rate(1'000'000, start + milliseconds(10'000)), 0);
}

TEST(RateMeter, IsNotConfusedByBeingAskedOften) {
    RateMeter meter(start);
    for (int step = 1; step <= 10'000; ++step) {
        meter.rate(static_cast<std::uint64_t>(step), start + milliseconds(step));
    }
    EXPECT_NEAR(meter.rate(10'000, start + milliseconds(10'000)), 1000, 1);
}

}  // namespace
}  // namespace gnutella::transfer
