#pragma once

#include "block_layout.hpp"
#include "transfer/byte_range.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace gnutella::transfer {

/// Some blocks of a file, one after another: from `first` up to, and without, `end`.
struct BlockRange {
    std::size_t first = 0;
    std::size_t end = 0;

    std::size_t count() const noexcept { return end - first; }
    friend bool operator==(const BlockRange&, const BlockRange&) = default;
};

enum class BlockState : std::uint8_t {
    missing,   ///< nobody fetches it
    taken,     ///< on its way from a source, or being checked and written
    verified,  ///< checked, and on the disk
};

/// Which blocks of a file are here.
class BlockMap {
  public:
    /// All are missing.
    explicit BlockMap(const BlockLayout& layout);

    const BlockLayout& layout() const noexcept { return layout_; }
    std::size_t count() const noexcept { return states_.size(); }

    BlockState state(std::size_t block) const noexcept { return states_[block]; }
    void set(std::size_t block, BlockState state) noexcept;

    std::size_t missing() const noexcept { return missing_; }
    std::uint64_t verified_bytes() const noexcept { return verified_bytes_; }
    bool is_complete() const noexcept { return verified_bytes_ == layout_.file_size() && verified_ == count(); }

    /// Bytes of the blocks of a range.
    std::uint64_t bytes_in(const BlockRange& range) const noexcept;

    /// The first run of missing blocks at or after `from`, cut before `end`; nullopt when there is none.
    std::optional<BlockRange> missing_run(std::size_t from, std::size_t end) const noexcept;

    /// Bytes from the file's beginning that are verified without a gap.
    std::uint64_t verified_prefix() const noexcept;

    /// The verified bytes, in order, with what adjoins joined.
    std::vector<ByteRange> verified_ranges() const;

    /// One bit for each block, set when it is verified; the first block is the lowest bit of the first byte.
    std::vector<std::byte> to_bits() const;

    /// The number of bytes of the file that `to_bits` said are verified; 0 when it is of another layout.
    static std::uint64_t bytes_of_bits(const BlockLayout& layout, std::span<const std::byte> bits) noexcept;

  private:
    BlockLayout layout_;
    std::vector<BlockState> states_;
    std::size_t missing_;
    std::size_t verified_ = 0;
    std::uint64_t verified_bytes_ = 0;
    mutable std::size_t prefix_ = 0;  // blocks that are known to be verified from the beginning
};

}  // namespace gnutella::transfer
