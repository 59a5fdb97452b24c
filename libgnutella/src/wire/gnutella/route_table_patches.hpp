#pragma once

#include "wire/frame.hpp"
#include "wire/gnutella/query_route_table.hpp"

#include <gnutella/guid.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gnutella::wire {

/// How wide a change is in a patch.
enum class PatchWidth : std::uint8_t {
    one_bit = 1,    ///< turns entries over; for neighbours that say they support QRP1 (vendor_messages.hpp)
    four_bits = 4,  ///< what all understand
};

/// The value for "nowhere" in the tables that we send: what is there is one hop away.
inline constexpr std::uint8_t own_infinity = 7;

/// The messages that make a neighbour's copy of our table into `current`: patches, and before them a reset when it has
/// none, or one of another size. None at all when nothing has changed.
/// @param id of all messages.
/// @param sent what the neighbour has; nullptr when it has nothing.
/// @param max_patch bytes of each patch; more when it would take more than 255 of them.
std::vector<Frame> encode_route_table(const Guid& id, const QueryRouteTable* sent, const QueryRouteTable& current,
                                      PatchWidth width, std::size_t max_patch = 4000);

}  // namespace gnutella::wire
