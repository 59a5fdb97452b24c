#include "transfer/ring_memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

namespace gnutella::transfer {
namespace {

TEST(RingMemory, GivesALongAnswerALargeRingAndAShortOneASmallRing) {
    RingMemory memory;
    EXPECT_EQ(memory.lend(0).size(), RingMemory::least);
    EXPECT_EQ(memory.lend(64 * 1024).size(), RingMemory::least);
    EXPECT_EQ(memory.lend(1024 * 1024).size(), 256 * 1024);
    EXPECT_EQ(memory.lend(3 * 1024 * 1024).size(), 512 * 1024);
    EXPECT_EQ(memory.lend(UINT64_MAX).size(), RingMemory::most);
}

TEST(RingMemory, GivesEverybodyASmallRingWhenThereIsNoPlentyAnyMore) {
    RingMemory memory;
    std::vector<RingMemory::Loan> large;
    for (std::size_t lent = 0; lent < RingMemory::plenty; lent += RingMemory::most) {
        large.push_back(memory.lend(UINT64_MAX));
        ASSERT_EQ(large.back().size(), RingMemory::most);
    }
    std::optional<RingMemory::Loan> small = memory.lend(UINT64_MAX);
    EXPECT_EQ(small->size(), RingMemory::least);

    large.pop_back();
    EXPECT_EQ(memory.lend(UINT64_MAX).size(), RingMemory::least) << "the small one counts";
    small.reset();
    EXPECT_EQ(memory.lend(UINT64_MAX).size(), RingMemory::most);
}

TEST(RingMemory, CountsRightFromManyThreads) {
    RingMemory memory;
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; ++number) {
        threads.emplace_back([&memory] {
            for (int turn = 0; turn < 10'000; ++turn) {
                const auto one = memory.lend(UINT64_MAX);
                const auto other = memory.lend(1);
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    std::vector<RingMemory::Loan> all;
    for (std::size_t lent = 0; lent < RingMemory::plenty; lent += RingMemory::most) {
        all.push_back(memory.lend(UINT64_MAX));
        EXPECT_EQ(all.back().size(), RingMemory::most);
    }
    EXPECT_EQ(memory.lend(UINT64_MAX).size(), RingMemory::least);
}

}  // namespace
}  // namespace gnutella::transfer
