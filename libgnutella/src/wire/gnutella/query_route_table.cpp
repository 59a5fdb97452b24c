#include "wire/gnutella/query_route_table.hpp"

#include "wire/gnutella/query_hash.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>

namespace gnutella::wire {

namespace {

constexpr std::size_t entries_of_a_block = 64;

unsigned checked(unsigned bits) {
    if (bits < QueryRouteTable::min_bits || bits > QueryRouteTable::max_bits) {
        throw std::invalid_argument("a query routing table has 2^3 to 2^21 entries");
    }
    return bits;
}

}  // namespace

QueryRouteTable::QueryRouteTable(unsigned bits)
    : bits_(checked(bits)), blocks_(std::max<std::size_t>(size() / entries_of_a_block, 1)) {}

std::size_t QueryRouteTable::count() const noexcept {
    std::size_t count = 0;
    for (const std::uint64_t block : blocks_) {
        count += static_cast<std::size_t>(std::popcount(block));
    }
    return count;
}

void QueryRouteTable::add(std::string_view word) {
    set(query_hash(word, bits_));
}

// By its SHA-1, as queries name it.
void QueryRouteTable::add(const Urn& urn) {
    if (const std::string text = urn.sha1_string(); !text.empty()) {
        add(text);
    }
}

bool QueryRouteTable::may_have(std::string_view word) const noexcept {
    return (*this)[query_hash(word, bits_)];
}

bool QueryRouteTable::may_have(const Urn& urn) const noexcept {
    const std::string text = urn.sha1_string();
    return text.empty() || may_have(text);
}

bool QueryRouteTable::may_answer(std::span<const std::string_view> words) const noexcept {
    return std::ranges::all_of(
        words, [this](std::string_view word) { return word.size() < min_word_length || may_have(word); });
}

void QueryRouteTable::clear_all() noexcept {
    std::ranges::fill(blocks_, 0);
}

void QueryRouteTable::merge(const QueryRouteTable& other) {
    if (other.bits_ == bits_) {
        std::ranges::transform(blocks_, other.blocks_, blocks_.begin(), std::bit_or<>());
        return;
    }
    for (std::size_t entry = 0; entry < other.size(); ++entry) {
        if (!other[entry]) {
            continue;
        }
        if (other.bits_ > bits_) {
            set(entry >> (other.bits_ - bits_));
            continue;
        }
        const std::size_t spread = std::size_t{1} << (bits_ - other.bits_);
        for (std::size_t at = entry * spread; at < (entry + 1) * spread; ++at) {
            set(at);
        }
    }
}

}  // namespace gnutella::wire
