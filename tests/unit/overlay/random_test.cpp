#include "overlay/random.hpp"

#include "overlay/guid_hash.hpp"

#include <gtest/gtest.h>

#include <set>

namespace gnutella::overlay {
namespace {

TEST(Random, GivesTheSameNumbersForTheSameSeedAndOthersForAnother) {
    Random one(7);
    Random same(7);
    Random other(8);
    for (int i = 0; i < 100; ++i) {
        const std::uint64_t number = one.next();
        EXPECT_EQ(number, same.next());
        EXPECT_NE(number, other.next());
    }
}

TEST(Random, FractionsFillTheRangeFromZeroToOne) {
    Random random(1);
    double least = 1;
    double most = 0;
    for (int i = 0; i < 10'000; ++i) {
        const double fraction = random.fraction();
        least = std::min(least, fraction);
        most = std::max(most, fraction);
    }
    EXPECT_GE(least, 0.0);
    EXPECT_LT(least, 0.01);
    EXPECT_LT(most, 1.0);
    EXPECT_GT(most, 0.99);
}

TEST(Random, GuidsAreDifferentVersion4Uuids) {
    Random random(1);
    std::set<Guid> seen;
    for (int i = 0; i < 1'000; ++i) {
        const Guid guid = random.guid();
        EXPECT_EQ(guid.bytes[6] >> 4, 4);
        EXPECT_EQ(guid.bytes[8] >> 6, 2);
        seen.insert(guid);
    }
    EXPECT_EQ(seen.size(), 1'000U);
}

TEST(GuidHash, DependsOnItsSecret) {
    Random one(1);
    Random two(2);
    const GuidHash first(one);
    const GuidHash second(two);
    const Guid guid = one.guid();
    EXPECT_EQ(first(guid), first(guid));
    EXPECT_NE(first(guid), second(guid));
}

TEST(GuidHash, SpreadsIdsThatDifferInOneByte) {
    Random random(1);
    const GuidHash hash(random);
    for (std::size_t byte = 0; byte < 16; ++byte) {
        std::set<std::size_t> places;  // of 4,096, for 256 ids: 248 are expected
        for (int value = 0; value < 256; ++value) {
            Guid guid;
            guid.bytes[byte] = static_cast<std::uint8_t>(value);
            places.insert(hash(guid) & 4'095);
        }
        EXPECT_GT(places.size(), 200U) << "byte " << byte;
    }
}

}  // namespace
}  // namespace gnutella::overlay
