#include "overlay/rate_limiter.hpp"
#include "some_values.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <limits>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;

int allowed(RateLimiter& limiter, const Rate& rate, TimePoint now, int asked) {
    int count = 0;
    for (int i = 0; i < asked; ++i) {
        count += limiter.allow(rate, now) ? 1 : 0;
    }
    return count;
}

TEST(RateLimiter, LetsABurstPassAndNoMore) {
    const Rate rate(100, 200);
    RateLimiter limiter;
    EXPECT_EQ(allowed(limiter, rate, start, 1'000), 200);
}

TEST(RateLimiter, FillsUpAgainAtItsRate) {
    const Rate rate(100, 200);
    RateLimiter limiter;
    allowed(limiter, rate, start, 1'000);
    EXPECT_EQ(allowed(limiter, rate, start + 9ms, 1'000), 0);
    EXPECT_EQ(allowed(limiter, rate, start + 10ms, 1'000), 1);
    EXPECT_EQ(allowed(limiter, rate, start + 510ms, 1'000), 50);
    EXPECT_EQ(allowed(limiter, rate, start + 1h, 1'000), 200);
}

TEST(RateLimiter, LetsAllPassWhenThereIsNoLimit) {
    const std::size_t no_limit = std::numeric_limits<std::size_t>::max();
    for (const auto& rate : {Rate(no_limit, no_limit), Rate(1, no_limit)}) {
        RateLimiter limiter;
        EXPECT_EQ(allowed(limiter, rate, start, 1'000), 1'000);
    }
}

TEST(RateLimiter, NeverStopsWhoStaysBelowTheRate) {
    const Rate rate(100, 1);
    RateLimiter limiter;
    for (int i = 0; i < 10'000; ++i) {
        EXPECT_TRUE(limiter.allow(rate, start + i * 10ms));
    }
}

TEST(RateLimiter, HoldsTheAverageUnderAFlood) {
    const Rate rate(100, 200);
    RateLimiter limiter;
    int count = 0;
    for (int i = 0; i <= 60'000; ++i) {
        count += limiter.allow(rate, start + i * 1ms) ? 1 : 0;
    }
    EXPECT_EQ(count, 200 + 60 * 100);
}

TEST(RateLimiter, NothingPassesARateOfNothing) {
    RateLimiter limiter;
    EXPECT_FALSE(limiter.allow(Rate(0, 10), start));
    EXPECT_FALSE(limiter.allow(Rate(10, 0), start));
}

}  // namespace
}  // namespace gnutella::overlay
