#pragma once

#include <new>

namespace gnutella::net {

/// Throws when a function of GnuTLS failed that can only lack memory.
inline void require_gnutls(int result) {
    if (result < 0) {
        throw std::bad_alloc();
    }
}

}  // namespace gnutella::net
