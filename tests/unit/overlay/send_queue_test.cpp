#include "overlay/send_queue.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t all = 1'000'000;

wire::Frame frame(std::string_view text) {
    return wire::Frame::copy_of(text);
}

std::vector<std::string> texts(std::span<const wire::Frame> frames) {
    std::vector<std::string> result;
    for (const wire::Frame& one : frames) {
        result.emplace_back(one.bytes());
    }
    return result;
}

TEST(SendQueue, KeepsTheOrderOverAllPriorities) {
    SendQueue queue(100);
    queue.push(frame("a"), Priority::query);
    queue.push(frame("b"), Priority::control);
    queue.push(frame("c"), Priority::hit);
    queue.push(frame("d"), Priority::query);
    EXPECT_EQ(queue.bytes(), 4U);
    EXPECT_THAT(texts(queue.take(all, all)), ElementsAre("a", "b", "c", "d"));
}

TEST(SendQueue, HoldsWhatIsBeingWrittenUntilItHasLeft) {
    SendQueue queue(100);
    queue.push(frame("a"), Priority::query);
    const auto writing = queue.take(all, all);
    queue.push(frame("b"), Priority::query);
    EXPECT_THAT(texts(writing), ElementsAre("a"));
    EXPECT_EQ(queue.bytes(), 2U);
    EXPECT_THAT(queue.take(all, all), IsEmpty()) << "one write at a time";
    queue.written();
    EXPECT_EQ(queue.bytes(), 1U);
    EXPECT_FALSE(queue.empty());
    EXPECT_THAT(texts(queue.take(all, all)), ElementsAre("b"));
    queue.written();
    EXPECT_TRUE(queue.empty());
    EXPECT_THAT(queue.take(all, all), IsEmpty());
}

TEST(SendQueue, TakesNoMoreThanOneWriteMayHold) {
    SendQueue queue(100);
    for (const char* text : {"aaa", "bbb", "ccc", "dddddddddd"}) {
        queue.push(frame(text), Priority::hit);
    }
    EXPECT_THAT(texts(queue.take(1, all)), ElementsAre("aaa"));
    queue.written();
    EXPECT_THAT(texts(queue.take(all, 7)), ElementsAre("bbb", "ccc"));
    queue.written();
    EXPECT_THAT(texts(queue.take(all, 7)), ElementsAre("dddddddddd")) << "one at least";
}

TEST(SendQueue, DropsTheOldestQueriesFirst) {
    SendQueue queue(5);
    for (const char* text : {"1", "2", "3", "4", "5"}) {
        EXPECT_EQ(queue.push(frame(text), Priority::query).dropped, 0U);
    }
    const auto pushed = queue.push(frame("66"), Priority::query);
    EXPECT_EQ(pushed.dropped, 2U);
    EXPECT_FALSE(pushed.overflow);
    EXPECT_THAT(texts(queue.take(all, all)), ElementsAre("3", "4", "5", "66"));
}

TEST(SendQueue, DropsQueriesForHitsAndHitsForControl) {
    SendQueue queue(3);
    queue.push(frame("h"), Priority::hit);
    queue.push(frame("q"), Priority::query);
    queue.push(frame("i"), Priority::hit);
    EXPECT_EQ(queue.push(frame("j"), Priority::hit).dropped, 1U);
    EXPECT_EQ(queue.push(frame("CC"), Priority::control).dropped, 2U);
    EXPECT_THAT(texts(queue.take(all, all)), ElementsAre("j", "CC"));
}

TEST(SendQueue, AQueryDrivesOutNothingOfMoreWorth) {
    SendQueue queue(2);
    queue.push(frame("h"), Priority::hit);
    queue.push(frame("C"), Priority::control);
    const auto pushed = queue.push(frame("q"), Priority::query);
    EXPECT_EQ(pushed.dropped, 1U);
    EXPECT_FALSE(pushed.overflow);
    EXPECT_THAT(texts(queue.take(all, all)), ElementsAre("h", "C"));
}

TEST(SendQueue, OverflowsWhenControlFindsNoRoom) {
    SendQueue queue(2);
    queue.push(frame("C"), Priority::control);
    queue.push(frame("q"), Priority::query);
    queue.take(1, all);
    EXPECT_FALSE(queue.push(frame("D"), Priority::control).overflow);
    EXPECT_TRUE(queue.push(frame("E"), Priority::control).overflow);
}

TEST(SendQueue, NeverDropsWhatIsBeingWritten) {
    SendQueue queue(2);
    queue.push(frame("qq"), Priority::query);
    const auto writing = queue.take(all, all);
    EXPECT_TRUE(queue.push(frame("C"), Priority::control).overflow);
    EXPECT_THAT(texts(writing), ElementsAre("qq"));
}

TEST(SendQueue, IsCongestedFromHalfOnUntilAQuarterIsLeft) {
    SendQueue queue(16);
    queue.push(frame("12345678"), Priority::query);
    EXPECT_EQ(queue.congestion(), Congestion::none) << "half, and no more";
    queue.push(frame("9"), Priority::control);
    EXPECT_EQ(queue.congestion(), Congestion::congested);
    queue.push(frame("abcd"), Priority::hit);
    queue.take(2, all);
    EXPECT_EQ(queue.congestion(), Congestion::congested) << "it has not left yet";
    queue.written();
    EXPECT_EQ(queue.bytes(), 4U);
    EXPECT_EQ(queue.congestion(), Congestion::congested) << "a quarter is left";
    queue.push(frame("e"), Priority::hit);
    queue.take(1, all);
    queue.written();
    EXPECT_EQ(queue.congestion(), Congestion::none);
    queue.push(frame("fghijkl"), Priority::hit);
    EXPECT_EQ(queue.congestion(), Congestion::none) << "half again";
}

TEST(SendQueue, DropsAllThatWaitsButWhatIsBeingWritten) {
    SendQueue queue(8);
    queue.push(frame("aa"), Priority::query);
    const auto writing = queue.take(all, all);
    queue.push(frame("bb"), Priority::control);
    queue.push(frame("cc"), Priority::hit);
    queue.push(frame("dd"), Priority::query);
    EXPECT_EQ(queue.congestion(), Congestion::congested);
    EXPECT_EQ(queue.drop_waiting(), 3U);
    EXPECT_THAT(texts(writing), ElementsAre("aa"));
    EXPECT_EQ(queue.bytes(), 2U);
    EXPECT_EQ(queue.congestion(), Congestion::congested) << "a quarter is left";
    EXPECT_FALSE(queue.push(frame("farewe"), Priority::control).overflow);
    queue.written();
    EXPECT_THAT(texts(queue.take(all, all)), ElementsAre("farewe"));
    queue.written();
    EXPECT_EQ(queue.congestion(), Congestion::none);
}

TEST(SendQueue, ANeighbourThatReadsNothingCostsNoMoreThanTheBound) {
    SendQueue queue(1'000);
    std::size_t dropped = 0;
    for (int i = 0; i < 100'000; ++i) {
        dropped += queue.push(frame("0123456789"), i % 2 == 0 ? Priority::query : Priority::hit).dropped;
        ASSERT_LE(queue.bytes(), 1'000U);
    }
    EXPECT_EQ(dropped, 100'000U - 100U);
}

TEST(SendQueue, AFrameLargerThanTheBoundIsDropped) {
    SendQueue queue(3);
    queue.push(frame("q"), Priority::query);
    EXPECT_EQ(queue.push(frame("0123"), Priority::query).dropped, 1U);
    EXPECT_THAT(texts(queue.take(all, all)), ElementsAre("q")) << "and takes nothing with it";
}

TEST(SendQueue, KeepsTheOrderThroughManyWrites) {
    SendQueue queue(1'000'000);
    int pushed = 0;
    int taken = 0;
    for (int round = 0; round < 200; ++round) {
        for (int i = 0; i < 50; ++i, ++pushed) {
            queue.push(frame(std::to_string(pushed)), static_cast<Priority>(pushed % 3));
        }
        for (const wire::Frame& one : queue.take(40, all)) {
            ASSERT_EQ(one.bytes(), std::to_string(taken++));
        }
        queue.written();
    }
    while (!queue.empty()) {
        for (const wire::Frame& one : queue.take(64, all)) {
            ASSERT_EQ(one.bytes(), std::to_string(taken++));
        }
        queue.written();
    }
    EXPECT_EQ(taken, pushed);
}

}  // namespace
}  // namespace gnutella::overlay
