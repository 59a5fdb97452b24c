#include "amounts.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace gnut {
namespace {

using namespace std::chrono_literals;

TEST(Amounts, BytesAreCountedUpToAThousand) {
    EXPECT_EQ(format_bytes(0), "0 bytes");
    EXPECT_EQ(format_bytes(1), "1 byte");
    EXPECT_EQ(format_bytes(999), "999 bytes");
}

TEST(Amounts, LargerSizesHaveDecimalUnits) {
    EXPECT_EQ(format_bytes(1000), "1.0 kB");
    EXPECT_EQ(format_bytes(3'400'000), "3.4 MB");
    EXPECT_EQ(format_bytes(99'900), "99.9 kB");
    EXPECT_EQ(format_bytes(120'000'000'000), "120 GB");
    EXPECT_EQ(format_bytes(std::numeric_limits<std::uint64_t>::max()), "18.4 EB");
}

TEST(Amounts, RoundingNeverShowsAThousandOfAUnit) {
    EXPECT_EQ(format_bytes(999'499), "999 kB");
    EXPECT_EQ(format_bytes(999'500), "1.0 MB");
    EXPECT_EQ(format_bytes(99'960), "100 kB");
}

TEST(Amounts, ARateIsNeverNegativeOrUnordered) {
    EXPECT_EQ(format_rate(0), "0 bytes/s");
    EXPECT_EQ(format_rate(-1), "0 bytes/s");
    EXPECT_EQ(format_rate(std::numeric_limits<double>::quiet_NaN()), "0 bytes/s");
    EXPECT_EQ(format_rate(4'200'000), "4.2 MB/s");
    EXPECT_EQ(format_rate(999.7), "1.0 kB/s");
}

TEST(Amounts, AShortTimeIsInSecondsAndALongOneAsOnAClock) {
    EXPECT_EQ(format_duration(0.84s), "0.8 s");
    EXPECT_EQ(format_duration(12.4s), "12 s");
    EXPECT_EQ(format_duration(59.6s), "1:00");
    EXPECT_EQ(format_duration(65s), "1:05");
    EXPECT_EQ(format_duration(3723s), "1:02:03");
    EXPECT_EQ(format_clock(5s), "0:05");
}

TEST(Amounts, ACountOfOneIsSingular) {
    EXPECT_EQ(format_count(1, "file"), "1 file");
    EXPECT_EQ(format_count(0, "file"), "0 files");
}

}  // namespace
}  // namespace gnut
