#include "wire/json_block.hpp"

#include <gtest/gtest.h>

#include <array>

namespace gnutella::wire {
namespace {

TEST(JsonBlock, IsTheSameHoweverItIsRead) {
    for (int byte = 0; byte < 256; ++byte) {
        for (std::size_t place = 0; place < JsonBlock::size; ++place) {
            std::array<char, JsonBlock::size> bytes{};
            bytes[place] = static_cast<char>(byte);
            EXPECT_EQ(JsonBlock::of(bytes.data()), JsonBlock::of_bytes_one_by_one(bytes.data()))
                << byte << " at " << place;
        }
    }
}

TEST(JsonBlock, SaysWhereQuotesBackslashesAndBracketsAre) {
    const char bytes[JsonBlock::size + 1] = "{\"\\[}]                                                         ";
    const JsonBlock block = JsonBlock::of(bytes);
    EXPECT_EQ(block.opening, 0b001001U);
    EXPECT_EQ(block.quotes, 0b000010U);
    EXPECT_EQ(block.backslashes, 0b000100U);
    EXPECT_EQ(block.closing, 0b110000U);
}

}  // namespace
}  // namespace gnutella::wire
