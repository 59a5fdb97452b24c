#pragma once

#include "hash_tree.hpp"
#include "tiger_hasher.hpp"
#include "transfer/part_file.hpp"

#include <gnutella/error.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gnutella::transfer {

/// Finds the blocks of a part that are right: what an earlier download left is believed only when it is checked.
class ExistingBlocks {
  public:
    /// @param part,tree must live as long as this.
    ExistingBlocks(const PartFile& part, const HashTree& tree) : part_(part), tree_(tree) {}

    /// Checks some more of what is there. @param most bytes to read in this turn, about. @param error set to disk.
    /// @return the blocks that are right.
    std::vector<std::size_t> check(std::uint64_t most, error_code& error);

    bool is_done() const noexcept { return next_ >= tree_.layout().count(); }

  private:
    bool is_right(std::size_t block, error_code& error);

    const PartFile& part_;
    const HashTree& tree_;
    TigerHasher hasher_;
    std::size_t next_ = 0;
    std::vector<std::byte> buffer_;
};

}  // namespace gnutella::transfer
