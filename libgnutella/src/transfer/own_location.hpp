#pragma once

#include "transfer/alternate_locations.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/key_hash.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gnutella::transfer {

/// How others reach what this node serves over HTTP, as far as it knows.
struct OwnPort {
    /// The TCP port that it listens on; 0: nobody is to be told.
    std::uint16_t port = 0;
    /// Settings::announced_host; empty: our end of the connection to who is told.
    std::string host = {};
    /// Its key, where it listens for QUIC too.
    std::optional<KeyHash> key = {};
};

/// Where this node is for somebody, who may tell others; nullopt when that is not known, or none of his business (see
/// is_fit_for).
/// @param near our end of the connection to him; only the address counts.
/// @param far his end: a numeric address.
std::optional<AlternateLocation> own_location(const OwnPort& own, const Endpoint& near, const Endpoint& far);

/// The header lines by which a request tells where else the file can be had, with the end of each.
std::string alternate_location_fields(const AlternateLocation& location);

/// The header line by which others are told who has the file no more (X-NAlt), without what is none of the far end's
/// business; empty when nothing is left.
std::string former_location_fields(std::span<const AlternateLocation> locations, const Endpoint& far);

}  // namespace gnutella::transfer
