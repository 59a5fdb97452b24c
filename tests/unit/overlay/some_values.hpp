#pragma once

#include "overlay/time_point.hpp"

#include "gnutella/endpoint.hpp"

#include <chrono>

// A moment and nodes as the tests here begin with them.
namespace gnutella::overlay {

inline const TimePoint start{std::chrono::hours(1)};
inline const Endpoint a{"a", 1};
inline const Endpoint b{"b", 1};

}  // namespace gnutella::overlay
