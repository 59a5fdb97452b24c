#pragma once

#include "rhash_context.hpp"

#include <gnutella/urn.hpp>

#include <cstddef>
#include <span>

namespace gnutella {

/// Computes the Tiger tree root of some bytes (THEX, leaves of 1,024 bytes). Of a whole block of a BlockLayout it gives
/// the node of the file's own tree that stands for that block.
class TigerHasher {
  public:
    TigerHasher();

    /// Takes the next bytes, in pieces of any size.
    void update(std::span<const std::byte> bytes);

    /// @return the root over all that was taken; the hasher begins anew.
    TigerRoot finish();

  private:
    RhashContext context_;
};

/// The Tiger tree root of these bytes.
TigerRoot tiger_root_of(std::span<const std::byte> bytes);

}  // namespace gnutella
