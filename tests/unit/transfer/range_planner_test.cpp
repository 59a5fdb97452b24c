#include "transfer/range_planner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

namespace gnutella::transfer {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using StopReason = PlannerActions::StopReason;

constexpr std::uint64_t block = BlockLayout::min_block_size;
constexpr std::array<std::uint16_t, 4> some_starts{0, 20'000, 32'768, 65'535};

struct Planner : testing::Test {
    static constexpr std::size_t blocks = 1000;

    std::optional<BlockRange> next(SourceId source) { return planner.next(source, now, out); }

    void join(std::initializer_list<SourceId> sources) {
        planner.expect_sources(sources.size());
        for (const SourceId source : sources) {
            planner.join(source, now);
        }
    }

    // That many blocks of what it was asked for come, at a rate of `each` for a block.
    void send(SourceId source, std::size_t first, std::size_t count, std::chrono::milliseconds each) {
        for (std::size_t sent = first; sent < first + count; ++sent) {
            now += each;
            planner.received(source, block, now);
            planner.verified(source, sent, out);
        }
    }

    // One source after another request sends all up to a block, at that rate.
    void send_up_to(SourceId source, std::size_t end, std::chrono::milliseconds each) {
        for (auto range = next(source); range; range = next(source)) {
            send(source, range->first, range->count(), each);
            if (range->end >= end) {
                return;
            }
        }
    }

    RangePlanner planner{BlockMap(BlockLayout(blocks * block)), 30s};
    RangePlanner::TimePoint now{1h};
    PlannerActions out;
};

TEST_F(Planner, AsksASourceThatIsAloneForAMinutesWorth) {
    join({1});
    EXPECT_EQ(next(1), (BlockRange{0, 16})) << "little before its rate is known";
    send(1, 0, 16, 500ms);
    EXPECT_EQ(next(1), (BlockRange{16, 16 + 4 * 16})) << "nor much while little is known";
    send(1, 16, 64, 500ms);
    EXPECT_EQ(next(1), (BlockRange{80, 200}));
    send(1, 80, 120, 10ms);
    EXPECT_EQ(next(1), (BlockRange{200, blocks})) << "no more than there is";
}

TEST_F(Planner, BeginsSomewhereWhereOthersFetchTheSameFile) {
    planner = RangePlanner(BlockMap(BlockLayout(blocks * block)), 30s, 32'768);
    join({1, 2});
    EXPECT_EQ(next(1), (BlockRange{0, 16})) << "as long as nobody else is known to fetch it";
    planner.offers(2, {{0, 20 * block}});
    send(1, 0, 16, 10ms);
    EXPECT_EQ(next(1)->first, 632) << "in the middle of the last 735 of those 980 that the other has not got";
    EXPECT_EQ(next(2), (BlockRange{16, 20})) << "it has nothing there";
}

TEST_F(Planner, LeavesToWhoFetchesTheFileWhatItHasGot) {
    for (const std::uint16_t start : some_starts) {
        planner = RangePlanner(BlockMap(BlockLayout(10 * block)), 30s, start);
        join({1, 2});
        planner.offers(2, {{0, 4 * block}, {5 * block, 2 * block}});
        std::set<std::size_t> asked;
        for (int requests = 0; requests < 3 && asked.size() < 4; ++requests) {
            const auto range = next(1).value();
            for (std::size_t at = range.first; at < range.end; ++at) {
                asked.insert(at);
            }
            send(1, range.first, range.count(), 10ms);
        }
        EXPECT_THAT(asked, ElementsAre(4, 7, 8, 9)) << start;
        EXPECT_TRUE(next(1)) << "when there is nothing else, it helps with that too";
    }
}

TEST_F(Planner, HasAllAfterFewRequestsWhereverItBegan) {
    for (const std::uint16_t start : some_starts) {
        planner = RangePlanner(BlockMap(BlockLayout(blocks * block)), 30s, start);
        join({1, 2});
        planner.offers(2, {{0, block}});
        int requests = 0;
        for (auto range = next(1); range; range = next(1), ++requests) {
            send(1, range->first, range->count(), 10ms);
        }
        EXPECT_EQ(planner.blocks().missing(), 0U) << start;
        EXPECT_LE(requests, 20) << start;
    }
}

TEST_F(Planner, AsksFirstForWhatShowsHowLongTheFileIs) {
    planner.begin_with_proof();
    join({1, 2, 3});
    planner.offers(1, {{10 * block, 20 * block}});
    EXPECT_EQ(next(1)->first, 10) << "it has neither";
    EXPECT_EQ(next(2), (BlockRange{blocks - 1, blocks}));
    EXPECT_EQ(next(3), (BlockRange{0, 1}));
    EXPECT_FALSE(planner.has_proven_size());
    send(2, blocks - 1, 1, 1ms);
    EXPECT_FALSE(planner.has_proven_size());
    send(3, 0, 1, 1ms);
    EXPECT_TRUE(planner.has_proven_size());
}

TEST_F(Planner, TakesFromTheMiddleWhatAPartialSourceHas) {
    join({1});
    send_up_to(1, 400, 20ms);
    EXPECT_EQ(next(1), (BlockRange{400, blocks}));
    planner.join(2, now);
    planner.offers(2, {{500 * block, 100 * block}});
    const auto taken = next(2);
    EXPECT_EQ(taken, (BlockRange{500, 600}));
    EXPECT_EQ(planner.end_of(1), 500);
    EXPECT_EQ(planner.blocks().missing(), 400) << "what lies behind is for whoever asks next";
    planner.expect_sources(2);
    send(1, 400, 100, 20ms);
    EXPECT_EQ(next(1)->first, 700) << "what comes next is left to the other, which will have it soon";
}

TEST_F(Planner, AsksOneOfSeveralForLittleBeforeItsRateIsKnown) {
    join({1, 2});
    EXPECT_EQ(next(1), (BlockRange{0, 16}));
    EXPECT_EQ(next(2), (BlockRange{16, 32}));
}

TEST_F(Planner, AsksAFastSourceForMoreThanASlowOne) {
    join({1, 2});
    next(1);
    next(2);
    send(1, 0, 16, 10ms);
    send(2, 16, 16, 100ms);
    const auto more = next(1);
    ASSERT_TRUE(more);
    send(1, more->first, more->count(), 10ms);
    const auto fast = next(1);
    const auto slow = next(2);
    ASSERT_TRUE(fast && slow);
    EXPECT_GT(fast->count(), 5 * slow->count());
    EXPECT_GE(slow->count(), 10) << "a second's worth at least";
}

TEST_F(Planner, AsksForLessTowardsTheEnd) {
    join({1, 2});
    std::size_t before = blocks;
    next(1);
    next(2);
    send(1, 0, 16, 20ms);
    send(2, 16, 16, 20ms);
    while (planner.blocks().missing() > 0) {
        const auto range = next(1);
        ASSERT_TRUE(range);
        if (planner.blocks().missing() < blocks / 2) {
            EXPECT_LE(range->count(), before);
            before = range->count();
        }
        send(1, range->first, range->count(), 20ms);
    }
    EXPECT_LT(before, blocks / 2);
}

TEST_F(Planner, NeverAsksForWhatIsVerified) {
    BlockMap map(BlockLayout(10 * block));
    for (const std::size_t each : {0U, 1U, 2U, 5U, 9U}) {
        map.set(each, BlockState::verified);
    }
    planner = RangePlanner(std::move(map), 30s);
    join({1});
    EXPECT_EQ(next(1), (BlockRange{3, 5}));
    send(1, 3, 2, 1ms);
    EXPECT_EQ(next(1), (BlockRange{6, 9}));
    send(1, 6, 3, 1ms);
    EXPECT_TRUE(planner.is_complete());
    EXPECT_EQ(next(1), std::nullopt);
}

TEST_F(Planner, GivesBackWhatALostSourceHad) {
    join({1, 2});
    next(1);
    next(2);
    send(1, 0, 3, 1ms);
    planner.received(1, block / 2, now);
    planner.leave(1, now, out);
    EXPECT_EQ(planner.blocks().verified_bytes(), 3 * block);
    send(2, 16, 16, 1ms);
    EXPECT_EQ(next(2)->first, 3);
}

TEST_F(Planner, WakesAnIdleSourceWhenSomethingComesBack) {
    planner = RangePlanner(BlockMap(BlockLayout(block)), 30s);
    join({1, 2});
    EXPECT_TRUE(next(1));
    EXPECT_EQ(next(2), std::nullopt);
    planner.leave(1, now, out);
    EXPECT_THAT(out.wakes, ElementsAre(2));
    EXPECT_EQ(next(2), (BlockRange{0, 1}));
}

TEST_F(Planner, EndsWhatStalls) {
    join({1, 2});
    next(1);
    next(2);
    now += 20s;
    planner.received(2, 1, now);
    EXPECT_EQ(planner.next_deadline(), now + 10s);
    now = planner.next_deadline();
    planner.tick(now, out);
    EXPECT_THAT(out.stops, ElementsAre(PlannerActions::Stop{1, StopReason::stalled}));
    out = {};
    now += 1s;
    planner.tick(now, out);
    EXPECT_THAT(out.stops, IsEmpty()) << "once";
    planner.give_back(1, now, out);
    EXPECT_EQ(planner.blocks().missing(), blocks - 16);
}

TEST_F(Planner, DoesNotBlameASourceThatWeDoNotRead) {
    join({1});
    next(1);
    planner.suspend(1);
    now += 100s;
    planner.tick(now, out);
    EXPECT_THAT(out.stops, IsEmpty());
    planner.resume(1, now);
    now += 29s;
    planner.tick(now, out);
    EXPECT_THAT(out.stops, IsEmpty());
    now += 1s;
    planner.tick(now, out);
    EXPECT_EQ(out.stops.size(), 1);
}

TEST_F(Planner, DoesNotBlameASourceThatHasSentAll) {
    planner = RangePlanner(BlockMap(BlockLayout(block)), 30s);
    join({1});
    next(1);
    planner.received(1, block, now);
    now += 100s;
    planner.tick(now, out);
    EXPECT_THAT(out.stops, IsEmpty()) << "it is the disk that takes so long";
}

TEST_F(Planner, SplitsWhatASlowSourceHoldsSoThatBothEndTogether) {
    join({1});
    send_up_to(1, 400, 20ms);
    next(1);
    send(1, 400, 100, 20ms);
    planner.join(2, now);
    const auto helped = next(2);
    ASSERT_TRUE(helped);
    EXPECT_EQ(*helped, (BlockRange{750, blocks})) << "as fast as the other, as far as is known";
    EXPECT_EQ(planner.end_of(1), 750);
    EXPECT_EQ(planner.outstanding(1), 250 * block);

    send(2, 750, 250, 2ms);
    const auto again = next(2);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->end, 750);
    EXPECT_GE(again->count(), 220) << "it is ten times as fast by now";
    EXPECT_LT(again->count(), 250);
}

TEST_F(Planner, LeavesASlowSourceTheBlockThatItIsSending) {
    planner = RangePlanner(BlockMap(BlockLayout(2 * block)), 30s);
    join({1});
    next(1);
    now += 1s;
    planner.received(1, block / 2, now);
    planner.join(2, now);
    EXPECT_EQ(next(2), (BlockRange{1, 2}));
    EXPECT_EQ(planner.end_of(1), 1);
    EXPECT_THAT(out.stops, IsEmpty());
}

TEST_F(Planner, OvertakesTheLastBlockOfASourceThatIsFarTooSlow) {
    planner = RangePlanner(BlockMap(BlockLayout(3 * block)), 30s);
    join({1, 2});
    planner.offers(2, {{block, 2 * block}});
    EXPECT_EQ(next(2), (BlockRange{1, 3}));
    EXPECT_EQ(next(1), (BlockRange{0, 1}));
    send(2, 1, 2, 10ms);
    planner.offers(2, {{0, 3 * block}});
    now += 5s;
    planner.received(1, 10, now);
    EXPECT_EQ(next(2), std::nullopt);
    EXPECT_THAT(out.stops, ElementsAre(PlannerActions::Stop{1, StopReason::overtaken}));
    planner.give_back(1, now, out);
    EXPECT_THAT(out.wakes, Contains(2));
    EXPECT_EQ(next(2), (BlockRange{0, 1}));
}

TEST_F(Planner, LeavesASourceAloneThatWillEndSoon) {
    planner = RangePlanner(BlockMap(BlockLayout(2 * block)), 30s);
    join({1, 2});
    next(1);
    send(1, 0, 1, 10ms);
    planner.received(1, block / 2, now += 5ms);
    EXPECT_EQ(next(2), std::nullopt);
    EXPECT_THAT(out.stops, IsEmpty());
    EXPECT_LE(planner.next_deadline(), now + 1s) << "but looks again";
}

TEST_F(Planner, AsksAPartialSourceForWhatItHasOnly) {
    join({1, 2});
    planner.offers(1, {{5 * block - 1, 3 * block}, {100 * block, block - 1}, {blocks * block - 7, 100}});
    EXPECT_EQ(next(1), (BlockRange{5, 7})) << "whole blocks";
    send(1, 5, 2, 1ms);
    EXPECT_EQ(next(1), std::nullopt);
    EXPECT_FALSE(planner.may_help(1));
    EXPECT_TRUE(planner.may_help(2));
    planner.offers(1, {{999 * block, block}});
    EXPECT_EQ(next(1), (BlockRange{999, 1000}));
}

TEST_F(Planner, TakesNothingFromAnotherThatThePartialSourceDoesNotHave) {
    planner = RangePlanner(BlockMap(BlockLayout(4 * block)), 30s);
    join({1});
    next(1);
    planner.join(2, now);
    planner.offers(2, {{3 * block, block}});
    now += 2s;
    planner.received(1, 1, now);
    EXPECT_EQ(next(2), (BlockRange{3, 4}));
    EXPECT_EQ(planner.end_of(1), 3);
}

TEST_F(Planner, RemembersTheRateOfASourceThatComesBack) {
    join({1, 2});
    next(1);
    send(1, 0, 16, 1ms);
    planner.leave(1, now, out);
    now += 100s;
    planner.join(1, now);
    EXPECT_GT(next(1)->count(), 16);
}

TEST_F(Planner, RemembersWhatASourceOfferedThatComesBack) {
    join({1});
    EXPECT_FALSE(planner.is_partial(1));
    planner.offers(1, {{7 * block, block}});
    EXPECT_TRUE(planner.is_partial(1));
    planner.leave(1, now, out);
    planner.join(1, now);
    EXPECT_TRUE(planner.is_partial(1));
    EXPECT_EQ(next(1), (BlockRange{7, 8}));
    planner.give_back(1, now, out);
    planner.offers_all(1);
    EXPECT_FALSE(planner.is_partial(1));
    EXPECT_EQ(next(1), (BlockRange{0, 16}));
}

}  // namespace
}  // namespace gnutella::transfer
