#include "transfer/byte_ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace gnutella::transfer {
namespace {

TEST(ByteRing, GivesEverythingBackInOrderWhateverTheSizesOfThePieces) {
    for (std::size_t capacity = 1; capacity <= 7; ++capacity) {
        for (std::size_t piece = 1; piece <= 9; ++piece) {
            ByteRing ring(capacity);
            std::size_t in = 0;
            std::size_t out = 0;
            while (out < 200) {
                const auto free = ring.free_part();
                EXPECT_EQ(free.empty(), ring.is_full());
                const std::size_t filled = std::min(free.size(), piece);
                for (std::size_t at = 0; at < filled; ++at) {
                    free[at] = static_cast<std::byte>(in++);
                }
                ring.fill(filled);
                const auto bytes = ring.filled_part();
                EXPECT_EQ(bytes.empty(), ring.is_empty());
                const std::size_t emptied = std::min<std::size_t>(bytes.size(), 2);
                for (std::size_t at = 0; at < emptied; ++at) {
                    ASSERT_EQ(bytes[at], static_cast<std::byte>(out++));
                }
                ring.empty(emptied);
            }
        }
    }
}

TEST(ByteRing, HoldsAsMuchAsItsCapacity) {
    ByteRing ring(5);
    ring.fill(3);
    ring.empty(3);
    std::size_t held = 0;
    while (!ring.is_full()) {
        held += ring.free_part().size();
        ring.fill(ring.free_part().size());
    }
    EXPECT_EQ(held, 5);
}

TEST(ByteRing, SaysWhenWhatItHoldsInOnePieceCannotBecomeLonger) {
    ByteRing ring(4);
    ring.fill(3);
    EXPECT_FALSE(ring.is_filled_to_end());
    ring.fill(1);
    EXPECT_TRUE(ring.is_filled_to_end());
    ring.empty(3);
    EXPECT_TRUE(ring.is_filled_to_end());
    ring.fill(2);  // from the beginning of the memory on
    EXPECT_EQ(ring.filled_part().size(), 1);
    EXPECT_TRUE(ring.is_filled_to_end());
    ring.empty(1);
    EXPECT_FALSE(ring.is_filled_to_end());
}

TEST(ByteRing, LeavesWhatIsBeingEmptiedAloneWhileItIsFilled) {
    ByteRing ring(4);
    ring.fill(3);
    const auto being_emptied = ring.filled_part();
    const auto being_filled = ring.free_part();
    EXPECT_EQ(being_emptied.data() + being_emptied.size(), being_filled.data());
    EXPECT_EQ(being_filled.size(), 1);
}

}  // namespace
}  // namespace gnutella::transfer
