#include "transfer/rate_estimate.hpp"

#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

using namespace std::chrono_literals;

struct RateEstimateTest : testing::Test {
    void send(std::uint64_t bytes, std::chrono::milliseconds every, int times) {
        for (int each = 0; each < times; ++each) {
            now += every;
            estimate.received(bytes, now);
        }
    }
    double rate() const { return estimate.rate(now).value_or(-1); }

    RateEstimate::TimePoint now{1h};
    RateEstimate estimate;
};

TEST_F(RateEstimateTest, KnowsNothingBeforeTheFirstByte) {
    EXPECT_EQ(estimate.rate(now), std::nullopt);
    estimate.begin(now);
    now += 5s;
    EXPECT_EQ(estimate.rate(now), std::nullopt);
}

TEST_F(RateEstimateTest, IsRightFromTheBeginning) {
    estimate.begin(now);
    send(1000, 100ms, 1);
    EXPECT_NEAR(rate(), 10'000, 1);
    send(1000, 100ms, 50);
    EXPECT_NEAR(rate(), 10'000, 1);
}

TEST_F(RateEstimateTest, FollowsAChangeInSeconds) {
    estimate.begin(now);
    send(1000, 100ms, 100);
    send(100, 100ms, 100);
    EXPECT_NEAR(rate(), 1'000, 400);
}

TEST_F(RateEstimateTest, FallsInSilence) {
    estimate.begin(now);
    send(1000, 100ms, 100);
    now += 10s;
    EXPECT_LT(rate(), 1'000);
    EXPECT_GT(rate(), 0);
}

TEST_F(RateEstimateTest, IsKeptWhileNothingIsAskedFor) {
    estimate.begin(now);
    send(1000, 100ms, 100);
    estimate.end(now);
    now += 1h;
    EXPECT_NEAR(rate(), 10'000, 1);
    estimate.begin(now);
    send(1000, 100ms, 1);
    EXPECT_NEAR(rate(), 10'000, 1);
}

TEST_F(RateEstimateTest, TakesBytesThatComeAllAtOnce) {
    estimate.begin(now);
    send(1000, 0ms, 100);
    EXPECT_EQ(estimate.rate(now), std::nullopt) << "in no time at all";
    send(0, 100ms, 1);
    EXPECT_NEAR(rate(), 1'000'000, 1);
}

}  // namespace
}  // namespace gnutella::transfer
