#include "transfer/token_bucket.hpp"

#include <gtest/gtest.h>

#include <array>

namespace gnutella::transfer {
namespace {

using namespace std::chrono_literals;
using Time = TokenBucket::Clock::time_point;

constexpr std::uint64_t bucket_rate = 1'000'000;

// Takes as much as it is given for so long, waiting as it is told. @return the bytes.
std::uint64_t take_for(TokenBucket& bucket, Time& now, TokenBucket::Clock::duration time) {
    const Time end = now + time;
    std::uint64_t taken = 0;
    while (true) {
        const auto grant = bucket.take(now, 1'000'000'000);
        now += grant.wait;
        if (now >= end) {
            return taken;
        }
        taken += grant.bytes;
    }
}

TEST(TokenBucket, LetsAllGoAtOnceWithoutALimit) {
    TokenBucket bucket(0);
    EXPECT_TRUE(bucket.unlimited());
    for (int count = 0; count < 3; ++count) {
        const auto grant = bucket.take(Time{}, ~std::uint64_t{0});
        EXPECT_EQ(grant.bytes, ~std::uint64_t{0});
        EXPECT_EQ(grant.wait, 0ns);
    }
}

TEST(TokenBucket, KeepsToItsRate) {
    for (const std::uint64_t limit :
         {std::uint64_t{10'000}, bucket_rate, std::uint64_t{25'000'000}, std::uint64_t{1} << 33}) {
        TokenBucket bucket(limit);
        Time now{1h};
        const double taken = static_cast<double>(take_for(bucket, now, 10s));
        EXPECT_GT(taken, 9.9 * static_cast<double>(limit)) << limit;
        EXPECT_LT(taken, 10.2 * static_cast<double>(limit)) << limit;
    }
}

TEST(TokenBucket, KeepsToItsRateWhenItIsAskedLate) {
    TokenBucket bucket(bucket_rate);
    Time now{1h};
    std::uint64_t taken = 0;
    while (now < Time{1h + 10s}) {
        const auto grant = bucket.take(now, bucket_rate);
        now += grant.wait + 3ms;  // timers are late
        taken += grant.bytes;
    }
    EXPECT_GT(taken, 9'900'000U);
    EXPECT_LT(taken, 10'200'000U);
}

TEST(TokenBucket, SavesNoMoreThanItsBurst) {
    TokenBucket bucket(bucket_rate, 100ms);
    Time now{1h};
    take_for(bucket, now, 1s);
    now += 1h;
    const std::uint64_t taken = take_for(bucket, now, 1ms);
    EXPECT_GE(taken, 100'000U);
    EXPECT_LE(taken, 200'000U);
}

TEST(TokenBucket, GivesThoseWhoShareItEqualParts) {
    TokenBucket bucket(bucket_rate);
    Time now{1h};
    std::array<Time, 5> due{};
    due.fill(now);
    std::array<std::uint64_t, 5> taken{};
    while (now < Time{1h + 20s}) {
        const auto next = std::min_element(due.begin(), due.end());
        now = std::max(now, *next);
        // The first asks for all that there is, the last for little: that is no way to get more, or to be given less.
        const auto grant = bucket.take(now, next == due.begin() ? 1'000'000'000 : 50'000);
        taken[static_cast<std::size_t>(next - due.begin())] += grant.bytes;
        *next = now + grant.wait;
    }
    for (const std::uint64_t part : taken) {
        EXPECT_NEAR(static_cast<double>(part), 4'000'000.0, 300'000.0);
    }
}

TEST(TokenBucket, HandsOutPortionsForWhichNobodyWaitsLong) {
    TokenBucket bucket(bucket_rate);
    const Time now{1h};
    TokenBucket::Clock::duration last{};
    for (int count = 0; count < 4; ++count) {
        const auto grant = bucket.take(now, 1'000'000'000);
        EXPECT_EQ(grant.bytes, bucket_rate / 20);
        EXPECT_LE(grant.wait - last, 50ms);
        last = grant.wait;
    }
}

TEST(TokenBucket, TakesBackWhatWasNotUsed) {
    TokenBucket bucket(bucket_rate);
    const Time now{1h};
    while (bucket.take(now, 10'000).wait == 0ms) {
    }
    const auto before = bucket.take(now, 10'000);
    bucket.give_back(before.bytes);
    EXPECT_EQ(bucket.take(now, 10'000).wait, before.wait);
}

}  // namespace
}  // namespace gnutella::transfer
