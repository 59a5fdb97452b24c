#pragma once

#include "block_tree_hasher.hpp"
#include "hash_tree.hpp"
#include "rhash_context.hpp"

#include <gnutella/urn.hpp>

#include <cstddef>
#include <span>

namespace gnutella {

/// What a file is, by its content.
struct HashedContent {
    /// Has both hashes.
    Urn urn;
    HashTree tree;

    friend bool operator==(const HashedContent&, const HashedContent&) = default;
};

/// Computes what a file is, its SHA-1 and its Tiger tree, in one pass over its content.
class ContentHasher {
  public:
    ContentHasher();

    /// Takes the next bytes of the content, in pieces of any size.
    void update(std::span<const std::byte> bytes);

    /// @return the Urn, with both hashes, of all that was taken; the hasher begins anew.
    Urn finish();

    /// The same, with the tree.
    HashedContent finish_with_tree();

  private:
    RhashContext sha1_;
    BlockTreeHasher tree_;
};

}  // namespace gnutella
