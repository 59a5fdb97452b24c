#pragma once

#include "hash_tree.hpp"
#include "tiger_hasher.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gnutella {

/// Computes the HashTree of a file while its content goes by. How long the file is need not be known: when it turns
/// out to have too many blocks, each two become one, as the tree has it anyway.
class BlockTreeHasher {
  public:
    /// Takes the next bytes of the content, in pieces of any size.
    void update(std::span<const std::byte> bytes);

    /// @return the tree over all that was taken; the hasher begins anew.
    HashTree finish();

  private:
    void end_block();

    TigerHasher block_;
    std::uint64_t block_size_ = BlockLayout::min_block_size;
    std::uint64_t in_block_ = 0;  // bytes of the block under way
    std::uint64_t size_ = 0;
    std::vector<TigerRoot> leaves_;
};

}  // namespace gnutella
