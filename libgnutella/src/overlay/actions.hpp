#pragma once

#include "wire/frame.hpp"

#include <gnutella/event.hpp>
#include <gnutella/session_info.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gnutella::overlay {

/// What a frame is, for flow control: what is dropped first when a neighbour reads too slowly stands first. The order
/// is that of Gnutella 0.6, 3.1: broadcasts are worth the less the farther they have come, answers the more.
enum class Priority : std::uint8_t {
    ping,       ///< of Gnutella 0.6, for the hosts that it brings
    far_query,  ///< that has come some way: others will find the same by another way
    query,      ///< a near one, or our own
    pong,       ///< of Gnutella 0.6
    hit,        ///< an answer that somebody waits for
    far_hit,    ///< one that many have carried already
    push,       ///< that a file waits for
    control,  ///< PING, PONG, BYE of a session, and what is in sequence: never dropped; without room for it the session
              ///< is closed
};

inline constexpr std::size_t priorities = 8;

/// @param hops that the frame will have come when it arrives.
constexpr Priority query_priority(std::uint8_t hops) noexcept {
    return hops > 2 ? Priority::far_query : Priority::query;
}
constexpr Priority hit_priority(std::uint8_t hops) noexcept {
    return hops > 2 ? Priority::far_hit : Priority::hit;
}

/// What one UDP datagram carries over IPv4.
inline constexpr std::uint64_t max_datagram = 65'507;

/// What the router wants done. The shell does it in the order of the members, then clears it for the next use.
struct Actions {
    struct Send {
        SessionId to;
        wire::Frame frame;
        Priority priority;
    };
    /// Open a connection, for a peer that was joined or remembered; answer with Router::opened or connect_failed.
    struct Connect {
        Endpoint to;
    };
    /// Where an answer goes that does not go through a session: a host name or address from a message, to be resolved.
    struct Destination {
        std::string host;
        std::uint16_t port = 0;
        /// The session that the query came from, when it is its sender's own: when `host` does not resolve, the
        /// address at its far end is meant.
        std::optional<SessionId> neighbour;
    };
    /// Send one datagram from the shared UDP port, if Router::allow_datagram says so of the resolved address.
    struct SendDatagram {
        Destination to;
        wire::Frame frame;
    };
    /// The same, with the whole content of a shared file: a legacy peer's answer. `file` is Library's.
    struct SendFile {
        Destination to;
        std::uint64_t file = 0;
    };
    /// A Push names this node: connect to `to`, and offer the file of that index (GIV).
    struct GivePush {
        Endpoint to;
        std::uint32_t index = 0;
    };
    /// A legacy peer asked, and a peer that it cannot fetch from has the file: fetch and verify it, and send it raw to
    /// `to` as one datagram, if Router::allow_datagram says so of the resolved address. At most max_datagram bytes.
    struct FetchForAsker {
        Hit hit;
        Destination to;
    };
    /// A legacy peer asked for a shared file that fits in no datagram, and was told that it cannot have it: worth a
    /// line in the log.
    struct TooLarge {
        std::uint64_t file = 0;
        SessionId asked_over = 0;
    };
    /// End a session once all before it has been sent. `Router::closed` is not to be called for it any more.
    struct Close {
        SessionId session;
        error_code reason;
    };
    /// A session became usable: PING and PONG have been exchanged.
    struct Opened {
        SessionInfo info;
    };
    /// A session has ended. `info.id` is set even if it had never been open.
    struct Closed {
        SessionInfo info;
        bool was_open = false;
        error_code reason;
        std::string text;
    };

    std::vector<Send> sends;
    std::vector<SendDatagram> datagrams;
    std::vector<SendFile> files;
    std::vector<TooLarge> too_large;
    std::vector<GivePush> pushes;
    std::vector<FetchForAsker> fetches;
    std::vector<Opened> opened;
    std::vector<HitReceived> hits;
    std::vector<QuerySeen> queries_seen;
    std::vector<Close> closes;
    std::vector<Closed> closed;
    std::vector<JoinFailed> joins_failed;
    std::vector<Connect> connects;

    void clear();
    bool empty() const;
};

}  // namespace gnutella::overlay
