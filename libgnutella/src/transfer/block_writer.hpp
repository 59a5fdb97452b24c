#pragma once

#include "hash_tree.hpp"
#include "tiger_hasher.hpp"
#include "transfer/part_file.hpp"

#include <gnutella/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace gnutella::transfer {

/// Takes what one source sends, block after block: checks each against the file's tree and writes it to the part. What
/// comes as a whole block is checked before it is written; of a longer one the pieces are written as they come, and it
/// counts when it is whole and right. So only who is told `verified` may rely on what the part holds. Functions block
/// on the disk. One thread at a time.
class BlockWriter {
  public:
    /// @param part,tree must live as long as this.
    BlockWriter(PartFile& part, const HashTree& tree) : part_(part), tree_(tree) {}

    /// The next bytes are those of this block, from its beginning.
    void begin(std::size_t block);

    /// The block that the next byte belongs to, and how many of its bytes have come.
    std::size_t block() const noexcept { return block_; }
    std::uint64_t in_block() const noexcept { return in_block_; }

    struct Outcome {
        /// Blocks that have become whole, are right and written.
        std::size_t verified = 0;
        /// source_lied when the one after these is not what it should be; disk_full or disk.
        error_code error;
    };

    /// Takes the bytes that follow. After an error, `begin` comes next.
    Outcome take(std::span<const std::byte> bytes);

  private:
    PartFile& part_;
    const HashTree& tree_;
    TigerHasher hasher_;
    std::size_t block_ = 0;
    std::uint64_t in_block_ = 0;
};

}  // namespace gnutella::transfer
