#pragma once

#include <cstdint>

namespace gnutella::test {

/// How often a test does what takes it long. Under a sanitizer all of it takes many times as long, and what is looked
/// for there is in the first tenth.
constexpr std::uint64_t effort(std::uint64_t times) {
#ifdef GNUTELLA_SANITIZED
    return times / 10;
#else
    return times;
#endif
}

}  // namespace gnutella::test
