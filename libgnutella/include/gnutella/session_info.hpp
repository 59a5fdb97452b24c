#pragma once

#include <gnutella/dialect.hpp>
#include <gnutella/endpoint.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/role.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace gnutella {

/// Names a session within its Peer; never used twice.
using SessionId = std::uint64_t;

/// Which side opened the connection.
enum class Direction : std::uint8_t { outgoing, incoming };

/// What is known of a neighbour once its session is open.
struct SessionInfo {
    SessionId id = 0;
    Direction direction = Direction::outgoing;
    Dialect dialect = Dialect::json;
    /// What the neighbour is; nullopt in the JSON dialect, which knows no roles.
    std::optional<Role> role;
    /// Whether it speaks only what the seed describes.
    bool legacy = false;
    /// The far end of the connection: a numeric address, and for an incoming one a port that nobody listens on.
    Endpoint remote;
    /// Where the neighbour says it listens. A legacy peer may write a host name that means nothing here.
    Endpoint listens;
    /// Its name and version; empty from a legacy peer.
    std::string agent;
    /// Its identity; nullopt from a legacy peer.
    std::optional<Guid> peer;
    /// Files and bytes that it says it shares.
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    /// Time from the PING to the PONG that opened an outgoing session; zero for an incoming one.
    std::chrono::microseconds round_trip{0};
};

}  // namespace gnutella
