#pragma once

#include "content_hasher.hpp"
#include "sha1_hasher.hpp"
#include "transfer/part_file.hpp"

#include <gnutella/error.hpp>
#include <gnutella/urn.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace gnutella::transfer {

/// Computes what a file is while it arrives: hashes what is there from its beginning without a gap, so that little is
/// left to do at the end. It reads from the disk, or its cache, what will be read by others later. One thread at a
/// time.
class PrefixHasher {
  public:
    /// Computes both hashes.
    PrefixHasher() : hasher_(ContentHasher{}) {}
    /// Computes the SHA-1 alone, for a file of which every block is checked against a tree of that root.
    explicit PrefixHasher(const TigerRoot& root) : hasher_(Sha1Hasher{}), root_(root) {}

    /// Bytes hashed. Any thread may ask.
    std::uint64_t hashed() const noexcept { return std::atomic_ref(hashed_).load(std::memory_order_relaxed); }

    /// Hashes what comes next. @param until where what is there ends. @param most bytes for this turn.
    /// @param error set to disk.
    void advance(const PartFile& part, std::uint64_t until, std::uint64_t most, error_code& error);

    /// The same for bytes that follow and are at hand.
    void advance(std::span<const std::byte> bytes);

    /// What the file is, with both hashes; begins anew.
    Urn finish();

  private:
    std::variant<ContentHasher, Sha1Hasher> hasher_;
    std::optional<TigerRoot> root_;
    // mutable, as an atomic_ref is to what can be written alone
    alignas(std::atomic_ref<std::uint64_t>::required_alignment) mutable std::uint64_t hashed_ = 0;
    std::vector<std::byte> buffer_;
};

}  // namespace gnutella::transfer
