#pragma once

#include <cstddef>
#include <cstdint>

namespace gnutella {

/// How a file is cut into the blocks by which it is verified: all of one size, a power of two from 64 KiB, and as small
/// as leaves at most 16,384 of them. So a file of up to 1 GiB has blocks of 64 KiB, and no tree is larger than 384 KiB.
class BlockLayout {
  public:
    static constexpr std::uint64_t min_block_size = 64 * 1024;
    static constexpr std::size_t max_blocks = 16'384;

    explicit BlockLayout(std::uint64_t file_size) noexcept;

    std::uint64_t file_size() const noexcept { return file_size_; }
    /// Bytes of every block but the last, which may be shorter.
    std::uint64_t block_size() const noexcept { return block_size_; }
    /// How many there are. An empty file has one, of no bytes, as its tree has one leaf.
    std::size_t count() const noexcept;
    /// Offset of a block's first byte. @param index less than count().
    std::uint64_t offset(std::size_t index) const noexcept { return index * block_size_; }
    /// Bytes of a block. @param index less than count().
    std::uint64_t length(std::size_t index) const noexcept;
    /// The block that a byte lies in. @param offset less than file_size().
    std::size_t index_of(std::uint64_t offset) const noexcept { return static_cast<std::size_t>(offset / block_size_); }

    friend bool operator==(const BlockLayout&, const BlockLayout&) = default;

  private:
    std::uint64_t file_size_;
    std::uint64_t block_size_;
};

}  // namespace gnutella
