#pragma once

#include "wire/frame.hpp"
#include "wire/message.hpp"

#include <cstdint>
#include <string_view>

namespace gnutella::wire {

// Each gives one JSON object and a newline. Texts that are not UTF-8 are written with U+FFFD in place of what is not.

Frame encode_ping(std::string_view id, const Ping& ping);
Frame encode_pong(std::string_view id, const Pong& pong);
Frame encode_query(std::string_view id, const Query& query, std::uint8_t ttl, std::uint8_t hops);
Frame encode_query_hit(std::string_view id, const QueryHit& hit);
Frame encode_bye(const Sender& from, const Bye& bye);

/// A message that is sent on: its own bytes, with another TTL and other hops where it carries them, and a newline.
Frame encode_forward(const Message& message, std::uint8_t ttl, std::uint8_t hops);

}  // namespace gnutella::wire
