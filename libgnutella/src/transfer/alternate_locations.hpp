#pragma once

#include "wire/ip_address.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/key_hash.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::transfer {

/// Where else a file can be had (HUGE 0.94, 5; X-Alt as LimeWire has it). IPv4, as everybody understands it.
struct AlternateLocation {
    wire::IpAddress address;
    std::uint16_t port = 0;
    /// That of its end of a QUIC connection, where somebody has said so. Whoever lies about it only keeps others from
    /// using QUIC: it is no part of what a location is.
    std::optional<KeyHash> key = {};

    friend bool operator==(const AlternateLocation& left, const AlternateLocation& right) noexcept {
        return left.address == right.address && left.port == right.port;
    }
};

/// Reads the value of X-Alt or X-NAlt: locations between commas, as `1.2.3.4:6346` or `1.2.3.4` (then the port is
/// 6346), or as HUGE's `http://1.2.3.4:6346/...`. What is no such location is passed over: host names, which we would
/// have to resolve for a stranger, servents behind firewalls, which need a push, and addresses that are no host's.
/// @param most more are not read.
std::vector<AlternateLocation> parse_alternate_locations(std::string_view value, std::size_t most);

/// The value of an X-Alt header: `1.2.3.4:6346,5.6.7.8:8025`.
std::string alternate_locations_text(std::span<const AlternateLocation> locations);

/// Reads the value of X-Alt-Quic, a header of our own: locations with their keys, as `1.2.3.4:8025=KEY`, between
/// commas. What is no such thing is passed over, as in X-Alt.
std::vector<AlternateLocation> parse_quic_locations(std::string_view value, std::size_t most);

/// The value of an X-Alt-Quic header: those of which the key is known. Who does not know the header reads X-Alt.
std::string quic_locations_text(std::span<const AlternateLocation> locations);

/// The location that an endpoint is; nullopt when its host is no IPv4 address in numbers that can be a host's.
std::optional<AlternateLocation> location_of(const Endpoint& endpoint);
Endpoint endpoint_of(const AlternateLocation& location);

/// Whether somebody may be told of a location, or believed when he tells it: who is outside of a private network has no
/// business with the addresses in it, nor anybody but this host with loopback.
/// @param who nullopt when that is not known as an IPv4 address: he is taken for somebody outside.
bool is_fit_for(const AlternateLocation& location, const std::optional<wire::IpAddress>& who) noexcept;

}  // namespace gnutella::transfer
