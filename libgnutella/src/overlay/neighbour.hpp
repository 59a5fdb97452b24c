#pragma once

#include "overlay/congestion.hpp"
#include "overlay/deadline_queue.hpp"
#include "overlay/gnutella_peer.hpp"
#include "overlay/rate_limiter.hpp"
#include "overlay/session_machine.hpp"
#include "wire/ip_address.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/session_info.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace gnutella::overlay {

/// All that is kept of the far end of one connection, open or opening.
struct Neighbour {
    SessionInfo info;
    /// Our end's address.
    std::string local_host;
    wire::IpAddress address;
    std::optional<Endpoint> target;
    SessionMachine machine;
    RateLimiter queries;
    DeadlineQueue::Timer timer;
    /// Its place among the open sessions: SessionTable's.
    std::size_t open_place = 0;
    /// Whether its end, before it was open, is no failure of `target` yet (Router::Start::on_failure).
    bool dialect_follows = false;
    Congestion congestion = Congestion::none;
    /// Set when it speaks Gnutella 0.6.
    std::unique_ptr<GnutellaPeer> gnutella{};

    Dialect dialect() const { return info.dialect; }
    PeerKind kind() const { return info.legacy ? PeerKind::legacy : PeerKind::modern; }
};

}  // namespace gnutella::overlay
