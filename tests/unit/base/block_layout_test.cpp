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

}  // namespace
}  // namespace gnutella
