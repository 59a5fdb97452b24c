#pragma once

#include <gnutella/urn.hpp>

#include <cstddef>
#include <memory>
#include <span>

struct rhash_context;

namespace gnutella {

/// Computes what a file is, its SHA-1 and the root of its Tiger tree, in one pass over its content.
class ContentHasher {
  public:
    ContentHasher();

    /// Takes the next bytes of the content, in pieces of any size.
    void update(std::span<const std::byte> bytes);

    /// @return the Urn, with both hashes, of all that was taken; the hasher begins anew.
    Urn finish();

  private:
    struct Free {
        void operator()(rhash_context* context) const noexcept;
    };
    std::unique_ptr<rhash_context, Free> context_;
};

}  // namespace gnutella
