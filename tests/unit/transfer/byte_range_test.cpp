#include "transfer/byte_range.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gnutella::transfer {
namespace {

RangeRequest from_to(std::uint64_t first, std::uint64_t last) {
    return {first, last, 0};
}
RangeRequest from(std::uint64_t first) {
    return {first, std::nullopt, 0};
}
RangeRequest suffix(std::uint64_t length) {
    return {std::nullopt, std::nullopt, length};
}

TEST(ByteRange, ReadsTheThreeFormsOfASingleRange) {
    EXPECT_EQ(parse_range("bytes=0-0"), from_to(0, 0));
    EXPECT_EQ(parse_range("bytes=10-19"), from_to(10, 19));
    EXPECT_EQ(parse_range("bytes=10-"), from(10));
    EXPECT_EQ(parse_range("bytes=-10"), suffix(10));
    EXPECT_EQ(parse_range("bytes=-0"), suffix(0));
    EXPECT_EQ(parse_range("bytes=18446744073709551615-"), from(UINT64_MAX));
}

TEST(ByteRange, ToleratesCaseAndSpaceAroundARange) {
    EXPECT_EQ(parse_range("BYTES=1-2"), from_to(1, 2));
    EXPECT_EQ(parse_range(" Bytes= 1-2\t"), from_to(1, 2));
}

TEST(ByteRange, TakesANumberTooLargeForOneBeyondEveryFile) {
    EXPECT_EQ(parse_range("bytes=18446744073709551616-"), from(UINT64_MAX));
    EXPECT_EQ(parse_range("bytes=0-99999999999999999999999999"), from_to(0, UINT64_MAX));
    EXPECT_EQ(parse_range("bytes=-99999999999999999999999999"), suffix(UINT64_MAX));
}

TEST(ByteRange, IgnoresWhatIsNotOneWellFormedRange) {
    for (const char* value : {"",           " ",          "bytes",     "bytes=",      "bytes=-",
                              "bytes=5",    "bytes=5-4",  "bytes=a-b", "bytes=1-b",   "bytes=0x1-2",
                              "bytes=+1-2", "bytes=1--2", "bytes=--1", "bytes=1 -2",  "bytes=1-2,4-5",
                              "bytes=,1-2", "bytes=1-2,", "items=1-2", "byte=1-2",    "bytes:1-2",
                              "bytes 1-2",  "=1-2",       "1-2",       "bytes=1-2-3", "bytes =1-2"}) {
        EXPECT_EQ(parse_range(value), std::nullopt) << value;
    }
}

// Every request on every small file, against what RFC 9110, 14.1.2 says in words.
TEST(ByteRange, ResolvesEveryRequestOnEverySmallFile) {
    constexpr std::uint64_t most = 6;
    for (std::uint64_t size = 0; size <= most; ++size) {
        for (std::uint64_t first = 0; first <= most + 1; ++first) {
            for (std::uint64_t last = first; last <= most + 1; ++last) {
                const auto range = resolve_range(from_to(first, last), size);
                if (first >= size) {
                    EXPECT_EQ(range, std::nullopt);
                } else {
                    const std::uint64_t end = last < size ? last : size - 1;
                    EXPECT_EQ(range, (ByteRange{first, end - first + 1})) << first << "-" << last << "/" << size;
                }
            }
            const auto open = resolve_range(from(first), size);
            EXPECT_EQ(open, first < size ? std::optional(ByteRange{first, size - first}) : std::nullopt);
            const auto tail = resolve_range(suffix(first), size);
            const std::uint64_t length = first < size ? first : size;
            EXPECT_EQ(tail, length > 0 ? std::optional(ByteRange{size - length, length}) : std::nullopt);
        }
    }
}

TEST(ByteRange, ResolvesAtTheGreatestNumbersWithoutOverflow) {
    EXPECT_EQ(resolve_range(from_to(0, UINT64_MAX), 10), (ByteRange{0, 10}));
    EXPECT_EQ(resolve_range(from(UINT64_MAX), UINT64_MAX), std::nullopt);
    EXPECT_EQ(resolve_range(from(UINT64_MAX - 1), UINT64_MAX), (ByteRange{UINT64_MAX - 1, 1}));
    EXPECT_EQ(resolve_range(suffix(UINT64_MAX), UINT64_MAX), (ByteRange{0, UINT64_MAX}));
}

TEST(ContentRange, IsReadAsItIsWritten) {
    EXPECT_EQ(content_range_text({10, 5}, 20), "bytes 10-14/20");
    const auto read = parse_content_range("bytes 10-14/20");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->range, (ByteRange{10, 5}));
    EXPECT_EQ(read->size, 20);
}

TEST(ContentRange, MayLackTheSizeOrTheRangeButNotBoth) {
    EXPECT_EQ(parse_content_range("bytes 0-9/*"), (ContentRange{ByteRange{0, 10}, std::nullopt}));
    EXPECT_EQ(parse_content_range("bytes */20"), (ContentRange{std::nullopt, 20}));
    EXPECT_EQ(parse_content_range("bytes */*"), std::nullopt);
}

TEST(ContentRange, ToleratesTheSeparatorsOfOldServents) {
    EXPECT_EQ(parse_content_range("bytes=0-9/10"), (ContentRange{ByteRange{0, 10}, 10}));
    EXPECT_EQ(parse_content_range("Bytes: 0-9/10"), (ContentRange{ByteRange{0, 10}, 10}));
}

TEST(ContentRange, RefusesWhatContradictsItself) {
    for (const char* value : {"", "bytes", "bytes ", "bytes 0-9", "bytes 0-9/", "bytes 9-0/10", "bytes 0-10/10",
                              "bytes -5/10", "bytes 5-/10", "bytes 0-9/x", "bytes0-9/10", "items 0-9/10",
                              "bytes 0-18446744073709551615/*", "bytes 0-9/10/11"}) {
        EXPECT_EQ(parse_content_range(value), std::nullopt) << value;
    }
}

}  // namespace
}  // namespace gnutella::transfer
