#include "transfer/available_ranges.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(AvailableRanges, AreWrittenAsGnutellaHasThem) {
    const std::vector<ByteRange> ranges{{0, 65'536}, {131'072, 65'536}};
    EXPECT_EQ(available_ranges_text(ranges), "bytes 0-65535,131072-196607");
}

TEST(AvailableRanges, AreReadAsTheyAreWritten) {
    const std::vector<ByteRange> ranges{{0, 65'536}, {131'072, 65'536}};
    EXPECT_EQ(parse_available_ranges(available_ranges_text(ranges), 1'000'000), ranges);
}

TEST(AvailableRanges, AreToldUpTo64OfThem) {
    std::vector<ByteRange> ranges;
    for (std::uint64_t index = 0; index < 100; ++index) {
        ranges.push_back({index * 10, 1});
    }
    EXPECT_EQ(parse_available_ranges(available_ranges_text(ranges), 10'000).size(), 64U);
}

TEST(AvailableRanges, AreReadInAnyOrderAndJoined) {
    EXPECT_THAT(parse_available_ranges("bytes=20-29, 0-9,10-14 ,12-19,50-59", 1'000),
                ElementsAre(ByteRange{0, 30}, ByteRange{50, 10}));
}

TEST(AvailableRanges, AreCutWhereTheFileEnds) {
    EXPECT_THAT(parse_available_ranges("bytes 90-500,100-200,7000-8000", 100), ElementsAre(ByteRange{90, 10}));
    EXPECT_THAT(parse_available_ranges("bytes 0-18446744073709551615", ~std::uint64_t{0}),
                ElementsAre(ByteRange{0, ~std::uint64_t{0}}));
}

TEST(AvailableRanges, AreWithoutWhatCannotBeRead) {
    EXPECT_THAT(parse_available_ranges("bytes 5-1,-5,3-,x-y,,1-2", 100), ElementsAre(ByteRange{1, 2}));
    for (const char* value : {"", "  ", "bytes", "bits 0-1", "0-1"}) {
        EXPECT_THAT(parse_available_ranges(value, 100), IsEmpty()) << value;
    }
}

TEST(AvailableRanges, AreBounded) {
    std::string value = "bytes 0-0";
    for (int index = 1; index < 5'000; ++index) {
        value += "," + std::to_string(2 * index) + "-" + std::to_string(2 * index);
    }
    EXPECT_EQ(parse_available_ranges(value, 100'000).size(), 1'000U);
}

TEST(AvailablePart, BeginsWhereItIsWantedAndEndsWhereThereIsNoMore) {
    const std::vector<ByteRange> available{{10, 10}, {30, 10}};
    EXPECT_EQ(available_part({10, 5}, available), (ByteRange{10, 5}));
    EXPECT_EQ(available_part({15, 100}, available), (ByteRange{15, 5}));
    EXPECT_EQ(available_part({39, ~std::uint64_t{0} - 39}, available), (ByteRange{39, 1}));
}

TEST(AvailablePart, IsNoneWhereTheFirstByteIsMissing) {
    const std::vector<ByteRange> available{{10, 10}, {30, 10}};
    for (const std::uint64_t first : {0U, 9U, 20U, 29U, 40U}) {
        EXPECT_FALSE(available_part({first, 100}, available)) << first;
    }
}

}  // namespace
}  // namespace gnutella::transfer
