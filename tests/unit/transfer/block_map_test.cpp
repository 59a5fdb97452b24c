#include "transfer/block_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t map_block = BlockLayout::min_block_size;

BlockMap map_of(std::uint64_t size) {
    return BlockMap(BlockLayout(size));
}

void verify(BlockMap& map, std::initializer_list<std::size_t> blocks) {
    for (const std::size_t each : blocks) {
        map.set(each, BlockState::verified);
    }
}

TEST(BlockMap, LacksEverythingAtFirst) {
    const BlockMap map = map_of(10 * map_block + 5);
    EXPECT_EQ(map.count(), 11);
    EXPECT_EQ(map.missing(), 11);
    EXPECT_EQ(map.verified_bytes(), 0);
    EXPECT_FALSE(map.is_complete());
    EXPECT_EQ(map.missing_run(0, 11), (BlockRange{0, 11}));
    EXPECT_THAT(map.verified_ranges(), IsEmpty());
}

TEST(BlockMap, FindsRunsOfWhatNobodyFetches) {
    BlockMap map = map_of(10 * map_block);
    verify(map, {0, 4});
    map.set(5, BlockState::taken);
    EXPECT_EQ(map.missing_run(0, 10), (BlockRange{1, 4}));
    EXPECT_EQ(map.missing_run(2, 3), (BlockRange{2, 3}));
    EXPECT_EQ(map.missing_run(4, 10), (BlockRange{6, 10}));
    EXPECT_EQ(map.missing_run(4, 6), std::nullopt);
    EXPECT_EQ(map.missing_run(10, 20), std::nullopt);
}

TEST(BlockMap, CountsTheBytesOfAShortLastBlock) {
    BlockMap map = map_of(2 * map_block + 7);
    verify(map, {2});
    EXPECT_EQ(map.verified_bytes(), 7);
    EXPECT_EQ(map.bytes_in({1, 3}), map_block + 7);
    EXPECT_EQ(map.bytes_in({3, 3}), 0);
    verify(map, {0, 1});
    EXPECT_TRUE(map.is_complete());
    EXPECT_EQ(map.missing(), 0);
}

TEST(BlockMap, TellsWhatIsVerifiedAsRangesOfBytes) {
    BlockMap map = map_of(10 * map_block + 7);
    verify(map, {0, 1, 5, 9, 10});
    EXPECT_THAT(map.verified_ranges(), ElementsAre(ByteRange{0, 2 * map_block}, ByteRange{5 * map_block, map_block},
                                                   ByteRange{9 * map_block, map_block + 7}));
}

TEST(BlockMap, TellsHowFarItIsVerifiedWithoutAGap) {
    BlockMap map = map_of(4 * map_block);
    verify(map, {1});
    EXPECT_EQ(map.verified_prefix(), 0);
    verify(map, {0});
    EXPECT_EQ(map.verified_prefix(), 2 * map_block);
    map.set(0, BlockState::missing);
    EXPECT_EQ(map.verified_prefix(), 0);
    EXPECT_EQ(map.verified_bytes(), map_block);
}

TEST(BlockMap, CountsABlockOnceHoweverOftenItIsSet) {
    BlockMap map = map_of(2 * map_block);
    verify(map, {0, 0, 0});
    EXPECT_EQ(map.verified_bytes(), map_block);
    EXPECT_EQ(map.missing(), 1);
}

TEST(BlockMap, IsKeptAsOneBitForEachBlock) {
    BlockMap map = map_of(9 * map_block + 1);
    verify(map, {0, 8, 9});
    const auto bits = map.to_bits();
    EXPECT_THAT(bits, ElementsAre(std::byte{0b1}, std::byte{0b11}));
    EXPECT_EQ(BlockMap::bytes_of_bits(map.layout(), bits), 2 * map_block + 1);
    EXPECT_EQ(BlockMap::bytes_of_bits(BlockLayout(100 * map_block), bits), 0) << "of another file";
}

TEST(BlockMap, HasOneBlockForAnEmptyFile) {
    BlockMap map = map_of(0);
    EXPECT_FALSE(map.is_complete());
    verify(map, {0});
    EXPECT_TRUE(map.is_complete());
}

}  // namespace
}  // namespace gnutella::transfer
