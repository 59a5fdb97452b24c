#pragma once

#include "wire/frame.hpp"
#include "wire/message.hpp"

#include <cstdint>

namespace gnutella::wire {

/// A message that is sent on in the dialect that it came in: its own bytes, with another TTL and other hops where it
/// carries them (and a newline after JSON). What we do not know of it survives.
Frame encode_forward(const Message& message, std::uint8_t ttl, std::uint8_t hops);

}  // namespace gnutella::wire
