#pragma once

#include <gnutella/urn.hpp>

#include <memory>

struct rhash_context;

namespace gnutella {

struct FreeRhashContext {
    void operator()(rhash_context* context) const noexcept;
};

/// A computation of librhash.
using RhashContext = std::unique_ptr<rhash_context, FreeRhashContext>;

/// Begins to compute one hash. @param algorithm one of librhash's RHASH_...; throws std::bad_alloc.
RhashContext new_rhash_context(unsigned algorithm);

/// The hash of all that the context was given. The context begins anew.
/// @param digest of the size that the algorithm gives.
void finish_rhash(rhash_context* context, unsigned algorithm, std::uint8_t* digest);

}  // namespace gnutella
