#pragma once

#include <cstdint>

namespace gnutella::overlay {

/// Whether a neighbour reads as fast as there is something for it; 0.6, 3.1, calls it flow-control mode when not.
enum class Congestion : std::uint8_t { none, congested };

}  // namespace gnutella::overlay
