#pragma once

#include <chrono>

namespace gnutella {

/// What the longest time that a program may ask for is taken for: short enough to be added to the present, and to be
/// multiplied by what the library multiplies times by.
inline constexpr std::chrono::hours longest_time{24 * 365};

}  // namespace gnutella
