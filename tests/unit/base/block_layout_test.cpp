#include "block_layout.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

namespace gnutella {
namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t gib = 1024 * 1024 * kib;

TEST(BlockLayout, HasBlocksOf64KiBUpTo1GiB) {
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, 64 * kib, 700 * 1024 * kib, gib}) {
        EXPECT_EQ(BlockLayout(size).block_size(), 64 * kib) << size;
    }
    EXPECT_EQ(BlockLayout(gib + 1).block_size(), 128 * kib);
    EXPECT_EQ(BlockLayout(2 * gib).block_size(), 128 * kib);
    EXPECT_EQ(BlockLayout(2 * gib + 1).block_size(), 256 * kib);
}

TEST(BlockLayout, NeverHasMoreThan16384Blocks) {
    EXPECT_EQ(BlockLayout(gib).count(), 16'384U);
    EXPECT_EQ(BlockLayout(gib + 1).count(), 8'193U);
    for (const std::uint64_t size : {10 * gib, 1000 * gib + 7, std::numeric_limits<std::uint64_t>::max()}) {
        const BlockLayout layout(size);
        EXPECT_LE(layout.count(), 16'384U) << size;
        EXPECT_GT(layout.count(), 8'192U) << size;
        EXPECT_TRUE(std::has_single_bit(layout.block_size())) << size;
    }
}

TEST(BlockLayout, CoversTheFileWithoutGapsOrOverlaps) {
    for (const std::uint64_t size : {std::uint64_t{1}, 64 * kib - 1, 64 * kib, 64 * kib + 1, 5 * 64 * kib + 3}) {
        const BlockLayout layout(size);
        std::uint64_t at = 0;
        for (std::size_t index = 0; index < layout.count(); ++index) {
            EXPECT_EQ(layout.offset(index), at) << size;
            EXPECT_EQ(layout.index_of(at), index) << size;
            at += layout.length(index);
            EXPECT_EQ(layout.index_of(at - 1), index) << size;
        }
        EXPECT_EQ(at, size);
    }
}

TEST(BlockLayout, GivesAnEmptyFileOneEmptyBlock) {
    const BlockLayout layout(0);
    EXPECT_EQ(layout.count(), 1U);
    EXPECT_EQ(layout.length(0), 0U);
}

TEST(BlockLayout, IsKnownByHowManyBlocksThereAre) {
    const std::uint64_t size = 5 * 64 * kib + 3;  // six of the smallest blocks
    EXPECT_EQ(BlockLayout::with_blocks(size, 6), BlockLayout(size));
    const std::pair<std::size_t, std::uint64_t> larger[] = {{3, 128 * kib}, {2, 256 * kib}, {1, 512 * kib}};
    for (const auto& [count, block_size] : larger) {
        const auto layout = BlockLayout::with_blocks(size, count);
        ASSERT_TRUE(layout) << count;
        EXPECT_EQ(layout->block_size(), block_size);
        EXPECT_EQ(layout->count(), count);
        EXPECT_EQ(layout->length(count - 1), size - (count - 1) * block_size);
    }
    for (const std::size_t count : {std::size_t{0}, std::size_t{4}, std::size_t{5}, std::size_t{7}}) {
        EXPECT_FALSE(BlockLayout::with_blocks(size, count)) << count;
    }
    EXPECT_EQ(BlockLayout::with_blocks(0, 1), BlockLayout(0));
}

TEST(BlockLayout, HasLargerBlocksWhereTheyAreOfUse) {
    EXPECT_FALSE(BlockLayout(64 * kib).coarser()) << "one block is the whole";
    const std::uint64_t size = 100 * 1024 * kib;
    EXPECT_EQ(BlockLayout::with_blocks(size, 100)->block_size(), 1024 * kib);
    EXPECT_FALSE(BlockLayout::with_blocks(size, 50)) << "blocks of 2 MiB, fewer than 64";
    EXPECT_EQ(BlockLayout::with_blocks(size * 64, 100)->block_size(), 64 * 1024 * kib);
    std::optional<BlockLayout> layout = BlockLayout(std::numeric_limits<std::uint64_t>::max());
    while (const auto larger = layout->coarser()) {
        EXPECT_EQ(larger->block_size(), layout->block_size() * 2);
        layout = larger;
    }
    EXPECT_EQ(layout->count(), 64U);
}

}  // namespace
}  // namespace gnutella
