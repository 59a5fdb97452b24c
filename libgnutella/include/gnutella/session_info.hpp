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

/// What the bytes of a session are put into on their way. In the JSON dialect they go as they are.
struct SessionLayers {
    /// Whether what we send is compressed.
    bool sends_deflated = false;
    /// Whether what we receive is compressed.
    bool receives_deflated = false;
    /// Whether both travel inside TLS. It hides them from others, and proves nothing of who the far end is.
    bool tls = false;

    friend bool operator==(const SessionLayers&, const SessionLayers&) = default;
};

/// What is known of a neighbour once its session is open.
struct SessionInfo {
    /// Its name within its Peer.
    SessionId id = 0;
    /// Which side connected.
    Direction direction = Direction::outgoing;
    /// What is spoken.
    Dialect dialect = Dialect::json;
    /// Whether it is compressed or inside TLS.
    SessionLayers layers;
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
    /// Files that it says it shares; of a Gnutella 0.6 session not known before its first Pong.
    std::uint64_t files = 0;
    /// Bytes that these have together, as it says.
    std::uint64_t bytes = 0;
    /// Time from the PING to the PONG, or from the first words of a handshake to the answer, that opened an outgoing
    /// session; zero for an incoming one.
    std::chrono::microseconds round_trip{0};
};

}  // namespace gnutella
