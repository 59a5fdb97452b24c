#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace gnutella {

/// How a file is cut into the blocks by which it is verified: all of one size, a power of two from 64 KiB, and as small
/// as leaves at most 16,384 of them. So a file of up to 1 GiB has blocks of 64 KiB, and no tree is larger than 384 KiB.
/// Where nobody has a tree that reaches down to these, larger ones will do.
class BlockLayout {
  public:
    static constexpr std::uint64_t min_block_size = 64 * 1024;
    static constexpr std::size_t max_blocks = 16'384;

    /// Larger blocks are of use up to this size, and beyond it where there are at least so many: of the one that is
    /// under way when a source is lost or the program killed, all is fetched again.
    static constexpr std::uint64_t large_block_size = 1024 * 1024;
    static constexpr std::size_t least_large_blocks = 64;

    /// The smallest blocks.
    explicit BlockLayout(std::uint64_t file_size) noexcept;

    /// That of so many blocks.
    /// @return nullopt when no such blocks as are of use cut the file into as many.
    static std::optional<BlockLayout> with_blocks(std::uint64_t file_size, std::size_t count) noexcept;

    /// That with blocks twice as large. @return nullopt when they are of no use.
    std::optional<BlockLayout> coarser() const noexcept;

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
    BlockLayout(std::uint64_t file_size, std::uint64_t block_size) noexcept
        : file_size_(file_size), block_size_(block_size) {}

    std::uint64_t file_size_;
    std::uint64_t block_size_;
};

}  // namespace gnutella
