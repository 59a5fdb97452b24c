#pragma once

#include <gnutella/guid.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gnutella::wire {

/// The byte that says what a message is (Gnutella 0.6, 2.2.1; Query Routing 0.6; "Framework for Vendor-specific
/// Messages", 2).
enum class MessageType : std::uint8_t {
    ping = 0x00,
    pong = 0x01,
    bye = 0x02,
    route_table = 0x30,
    vendor = 0x31,
    standard_vendor = 0x32,
    push = 0x40,
    query = 0x80,
    query_hit = 0x81,
};

/// What stands before each message (Gnutella 0.6, 2.2.1).
struct MessageHeader {
    static constexpr std::size_t size = 23;
    static constexpr std::size_t type_offset = 16;
    static constexpr std::size_t ttl_offset = 17;
    static constexpr std::size_t hops_offset = 18;
    static constexpr std::size_t length_offset = 19;

    Guid id;
    std::uint8_t type = 0;
    std::uint8_t ttl = 0;
    std::uint8_t hops = 0;
    /// Of the payload, which comes behind.
    std::uint32_t length = 0;
};

/// A random id with the two bytes that tell of a modern servent (Gnutella 0.6, 2.2.1).
constexpr Guid marked_as_modern(Guid random) noexcept {
    random.bytes[8] = 0xFF;
    random.bytes[15] = 0;
    return random;
}

/// @param bytes MessageHeader::size of them, at least.
MessageHeader read_message_header(std::string_view bytes) noexcept;

}  // namespace gnutella::wire
