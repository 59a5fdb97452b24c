#pragma once

#include <chrono>

namespace gnutella::overlay {

/// Time comes into this folder as an argument; nothing here reads a clock.
using TimePoint = std::chrono::steady_clock::time_point;

}  // namespace gnutella::overlay
