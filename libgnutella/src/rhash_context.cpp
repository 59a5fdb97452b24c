#include "rhash_context.hpp"

#include <rhash.h>

#include <new>

namespace gnutella {

void FreeRhashContext::operator()(rhash_context* context) const noexcept {
    rhash_free(context);
}

RhashContext new_rhash_context(unsigned algorithm) {
    static const bool initialised = (rhash_library_init(), true);
    static_cast<void>(initialised);
    RhashContext context(rhash_init(algorithm));
    if (!context) {
        throw std::bad_alloc();
    }
    return context;
}

void finish_rhash(rhash_context* context, unsigned algorithm, std::uint8_t* digest) {
    rhash_final(context, nullptr);
    rhash_print(reinterpret_cast<char*>(digest), context, algorithm, RHPR_RAW);
    rhash_reset(context);
}

}  // namespace gnutella
