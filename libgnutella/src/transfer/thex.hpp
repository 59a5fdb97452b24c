#pragma once

#include "hash_tree.hpp"

#include <gnutella/urn.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

namespace gnutella::transfer {

/// Why what a source sent is not the tree that was asked for.
enum class ThexFault : std::uint8_t {
    malformed,    ///< not DIME, or no serialized tree in it
    other_file,   ///< by its own words the tree of a file of another size
    too_shallow,  ///< it ends above the level of blocks that are of use
    wrong_root,   ///< its nodes do not add up to the root that was asked for
};

/// A tree as Gnutella servents exchange it: a DIME message of an XML description and the nodes, breadth first, from the
/// root to the leaves (THEX draft 02, 3).
std::string write_thex(const HashTree& tree);

/// Reads a tree from what any Gnutella servent sends: down to our smallest blocks, or as far as it reaches.
/// @param message the body of the answer; its size is the caller's to bound: see max_thex_size.
/// @param file_size of the file that is wanted.
/// @param root the Tiger tree root in its Urn.
/// @return a tree whose root is `root`.
std::variant<HashTree, ThexFault> read_thex(std::span<const std::byte> message, std::uint64_t file_size,
                                            const TigerRoot& root);

/// The longest answer worth reading, in bytes: room for a tree that reaches two levels deeper than ours.
std::uint64_t max_thex_size(std::uint64_t file_size) noexcept;

}  // namespace gnutella::transfer
