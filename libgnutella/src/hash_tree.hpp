#pragma once

#include "block_layout.hpp"

#include <gnutella/urn.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace gnutella {

/// The upper part of a file's Tiger tree (THEX draft 02, 2): its root, and the nodes that stand for the blocks of a
/// BlockLayout, so that each block can be verified by itself. Those nodes are the leaves here.
class HashTree {
  public:
    /// @param leaves in the order of the blocks; how many there are says how large these are.
    /// @return nullopt when the file has no blocks of which there are as many.
    static std::optional<HashTree> from_leaves(std::uint64_t file_size, std::vector<TigerRoot> leaves);

    /// The tree of a file of one of the smallest blocks, whose leaf is its root.
    /// @return nullopt when the file has more of them.
    static std::optional<HashTree> from_root(std::uint64_t file_size, const TigerRoot& root);

    /// The file's Tiger tree root, as its Urn names it.
    const TigerRoot& root() const noexcept { return root_; }
    const BlockLayout& layout() const noexcept { return layout_; }
    /// Of the file, in bytes.
    std::uint64_t size() const noexcept { return layout_.file_size(); }
    std::uint64_t block_size() const noexcept { return layout_.block_size(); }
    /// Whether the blocks are the smallest that a file of this size is cut into.
    bool is_finest() const noexcept { return layout_ == BlockLayout(layout_.file_size()); }
    std::span<const TigerRoot> leaves() const noexcept { return leaves_; }

    /// Whether a block is what it should be.
    /// @param index of the block; one that the file does not have matches nothing.
    /// @param block the Tiger tree root of its bytes: see TigerHasher.
    bool matches(std::size_t index, const TigerRoot& block) const noexcept;

    /// Every level from the root, alone on its level, down to the leaves.
    std::vector<std::vector<TigerRoot>> levels() const;

    friend bool operator==(const HashTree&, const HashTree&) = default;

  private:
    HashTree(const BlockLayout& layout, std::vector<TigerRoot> leaves);

    BlockLayout layout_;
    std::vector<TigerRoot> leaves_;
    TigerRoot root_{};
};

/// The nodes over those of one level: of each two the hash, and an odd last one as it is (THEX draft 02, 2).
std::vector<TigerRoot> parents_of(std::span<const TigerRoot> nodes);

}  // namespace gnutella
