#pragma once

#include "wire/frame.hpp"
#include "wire/message.hpp"

#include <gnutella/guid.hpp>

#include <cstdint>

namespace gnutella::wire {

/// The fields of a message's header that are not about its payload.
struct MessageRoute {
    Guid id;
    std::uint8_t ttl = 1;
    std::uint8_t hops = 0;
};

// Each gives one message of Gnutella 0.6. A sender's host is written when it is an address, else as 0.0.0.0; an IPv6
// address goes into GGEP "6". Texts end at the first NUL.

/// With its extensions, and nothing else.
Frame encode_binary(const MessageRoute& route, const Ping& ping);
/// Files and KiB beyond 32 bits are written as the most that there can be; `hosts` are not written.
Frame encode_binary(const MessageRoute& route, const Pong& pong);
/// With its extensions as they are; without any, with what `urn` and `wants_urns` say, as HUGE writes it.
Frame encode_binary(const MessageRoute& route, const Query& query);
/// At most 255 results. A result without extensions gets them from its `urn`, and from its size when that is beyond 32
/// bits.
Frame encode_binary(const MessageRoute& route, const QueryHit& hit);
Frame encode_binary(const MessageRoute& route, const Push& push);
Frame encode_binary(const MessageRoute& route, const Bye& bye);
Frame encode_binary(const MessageRoute& route, const VendorMessage& message);
Frame encode_binary(const MessageRoute& route, const RouteTableReset& reset);
Frame encode_binary(const MessageRoute& route, const RouteTablePatch& patch);

}  // namespace gnutella::wire
