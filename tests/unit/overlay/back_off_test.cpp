#include "overlay/back_off.hpp"

#include <gtest/gtest.h>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;

void expect_about(std::chrono::microseconds wait, std::chrono::milliseconds expected) {
    EXPECT_GE(wait, expected * 3 / 4);
    EXPECT_LE(wait, expected * 5 / 4);
}

TEST(BackOff, DoublesUpToItsBound) {
    Random random(1);
    BackOff back_off(1s, 10s);
    for (const auto expected : {1s, 2s, 4s, 8s, 10s, 10s}) {
        expect_about(back_off.next(random), expected);
    }
}

TEST(BackOff, BeginsAnewAfterReset) {
    Random random(1);
    BackOff back_off(1s, 10s);
    back_off.next(random);
    back_off.next(random);
    back_off.reset();
    expect_about(back_off.next(random), 1s);
}

TEST(BackOff, NodesThatLostTheSameNeighbourComeBackApart) {
    Random random(1);
    std::chrono::microseconds least = 1h;
    std::chrono::microseconds most = 0s;
    for (int node = 0; node < 1'000; ++node) {
        const auto wait = BackOff(1s, 10s).next(random);
        least = std::min(least, wait);
        most = std::max(most, wait);
    }
    EXPECT_LT(least, 760ms);
    EXPECT_GT(most, 1'240ms);
}

}  // namespace
}  // namespace gnutella::overlay
