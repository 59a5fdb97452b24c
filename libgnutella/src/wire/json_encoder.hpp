#pragma once

#include "wire/forward.hpp"
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

}  // namespace gnutella::wire
