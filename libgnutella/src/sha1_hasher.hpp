#pragma once

#include "rhash_context.hpp"

#include <gnutella/urn.hpp>

#include <cstddef>
#include <span>

namespace gnutella {

/// Computes a SHA-1.
class Sha1Hasher {
  public:
    Sha1Hasher();

    /// Takes the next bytes, in pieces of any size.
    void update(std::span<const std::byte> bytes);

    /// @return the hash of all that was taken; the hasher begins anew.
    Sha1 finish();

  private:
    RhashContext context_;
};

}  // namespace gnutella
