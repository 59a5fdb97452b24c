#pragma once

#include <gnutella/urn.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace gnutella::wire {

/// Which words lead somewhere, as a set of hashes: a word that was added is always found, others now and then. What all
/// clients of today send: only whether, not how far (Ultrapeer Query Routing 0.1, 2.4).
class QueryRouteTable {
  public:
    static constexpr unsigned min_bits = 3;
    static constexpr unsigned max_bits = 21;
    static constexpr std::size_t min_word_length = 3;

    /// An empty one.
    /// @param bits of a hash: the table has 2^bits entries. From min_bits to max_bits; else it throws
    ///     std::invalid_argument.
    explicit QueryRouteTable(unsigned bits);

    unsigned bits() const noexcept { return bits_; }
    std::size_t size() const noexcept { return std::size_t{1} << bits_; }
    std::size_t count() const noexcept;

    void add(std::string_view word);
    /// So that a query for a file by its hash is routed too.
    void add(const Urn& urn);
    bool may_have(std::string_view word) const noexcept;
    bool may_have(const Urn& urn) const noexcept;
    /// Whether a query of these words may lead somewhere: all of them must. Without words it may; so do words below
    /// min_word_length, which many do not put into their tables.
    bool may_answer(std::span<const std::string_view> words) const noexcept;

    bool operator[](std::size_t entry) const noexcept { return (blocks_[entry / 64] >> entry % 64 & 1U) != 0; }
    void set(std::size_t entry) noexcept { blocks_[entry / 64] |= std::uint64_t{1} << entry % 64; }
    void clear(std::size_t entry) noexcept { blocks_[entry / 64] &= ~(std::uint64_t{1} << entry % 64); }
    void clear_all() noexcept;

    /// Adds all of another table, which may be of another size (Query Routing 0.6, "Hashing Details").
    void merge(const QueryRouteTable& other);

    friend bool operator==(const QueryRouteTable&, const QueryRouteTable&) = default;

  private:
    unsigned bits_;
    std::vector<std::uint64_t> blocks_;
};

}  // namespace gnutella::wire
