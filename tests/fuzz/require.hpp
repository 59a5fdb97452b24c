#pragma once

#include <cstdio>
#include <cstdlib>

namespace gnutella {

/// Says what does not hold and ends the fuzz target, so that the input that shows it is kept.
inline void require(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "does not hold: %s\n", what);
        std::abort();
    }
}

}  // namespace gnutella
