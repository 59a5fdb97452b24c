#include "net/quic/quic_counters.hpp"
#include "net/transfer_counters.hpp"

#include <gtest/gtest.h>

#include <new>
#include <set>

// No counter is left out where counters are listed: each of these structs is nothing but numbers of one size, so that
// how many there are can be told from its size.

namespace gnutella::net {
namespace {

using Number = std::atomic<std::uint64_t>;

// Gives each of its numbers another value, a power of two.
template <class Some>
void count_with_each(Some& counters) {
    static_assert(sizeof(Some) % sizeof(Number) == 0 && sizeof(Some) / sizeof(Number) < 64);
    auto* const numbers = std::launder(reinterpret_cast<Number*>(&counters));
    for (std::size_t at = 0; at < sizeof(Some) / sizeof(Number); ++at) {
        numbers[at] = std::uint64_t{1} << at;
    }
}

// Each power of two is somewhere among what is published, and once: then their sum is that of all.
template <class Some>
void expect_all_published() {
    Some counters;
    count_with_each(counters);
    Counters all;
    counters.add_to(all);
    std::uint64_t sum = 0;
    for_each_counter(all, [&sum](std::string_view, std::uint64_t value) { sum += value; });
    EXPECT_EQ(sum, (std::uint64_t{1} << (sizeof(Some) / sizeof(Number))) - 1);
}

TEST(Counters, OfTransfersAreAllPublished) {
    expect_all_published<TransferCounters>();
}

TEST(Counters, OfQuicAreAllPublished) {
    expect_all_published<QuicCounters>();
}

TEST(Counters, AreAllShownEachUnderItsName) {
    const Counters counters;
    std::set<std::string_view> names;
    std::set<const void*> shown;
    for_each_counter(counters, [&](std::string_view name, const std::uint64_t& value) {
        names.insert(name);
        shown.insert(&value);
    });
    EXPECT_EQ(names.size(), sizeof(Counters) / sizeof(std::uint64_t));
    EXPECT_EQ(shown.size(), names.size());
}

}  // namespace
}  // namespace gnutella::net
