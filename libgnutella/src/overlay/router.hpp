#pragma once

#include "known_host.hpp"
#include "overlay/actions.hpp"
#include "overlay/congestion.hpp"
#include "overlay/library.hpp"
#include "overlay/time_point.hpp"
#include "wire/gnutella/handshake_headers.hpp"
#include "wire/gnutella/handshake_machine.hpp"
#include "wire/ip_address.hpp"
#include "wire/json_decoder.hpp"
#include "wire/message.hpp"

#include <gnutella/error.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/session_info.hpp>
#include <gnutella/settings.hpp>
#include <gnutella/statistics.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::overlay {

/// All that a node decides about messages: handshakes, keeping sessions alive, which neighbours to have, where each
/// query and each hit goes, what is dropped. It opens no socket, reads no clock and draws no random number: time comes
/// in as `now`, randomness as a seed, and what is to be done comes out as Actions. Not thread-safe: one strand owns it.
class Router {
  public:
    struct Start {
        SessionId id = 0;
        Direction direction = Direction::outgoing;
        /// The numeric addresses of both ends.
        Endpoint remote;
        Endpoint local;
        wire::IpAddress remote_address;
        /// What was asked to be connected to, for an outgoing session: the name that join() knows it by.
        std::optional<Endpoint> target;
        Dialect dialect = Dialect::json;
        /// What its SessionInfo tells of the connection; `round_trip` once the handshake has shown it.
        SessionLayers layers;
        std::chrono::microseconds round_trip{0};
        /// Of a Gnutella session: what the far end said of itself in the handshake. Such a session is open at once.
        std::optional<wire::HandshakeHeaders> handshake;
        /// What becomes of `target` when the session ends before it was open.
        enum class OnFailure : std::uint8_t {
            count_as_failure,
            /// The shell tries the host in another dialect next, and tells how that ends; not so when the reason is
            /// connected_to_self, already_connected or stopped, which no dialect changes.
            dialect_follows,
        };
        OnFailure on_failure = OnFailure::count_as_failure;
    };
    /// Whether one more session fits in Settings::max_sessions, beside those whose handshakes are under way.
    enum class Room : std::uint8_t { there, none };
    /// The connection that a handshake of Gnutella 0.6 is about.
    struct HandshakeContext {
        Direction direction = Direction::outgoing;
        /// The numeric addresses of both ends.
        Endpoint remote;
        Endpoint local;
        wire::IpAddress remote_address;
        Room room = Room::there;
    };
    /// What is to be answered in a handshake.
    struct HandshakeVerdict {
        /// Set when the session is not wanted; `reason` is for connect_failed() then.
        std::optional<wire::HandshakeRefusal> refusal;
        error_code reason;
        /// What this node says of itself.
        wire::HandshakeHeaders ours;
        /// Whom a refused peer may try instead.
        std::vector<Endpoint> try_ultrapeers;
    };
    struct LocalQuery {
        Guid id;
        std::string text;
        std::optional<Urn> urn;
        /// The port of the UDP socket that takes this query's datagrams.
        std::uint16_t inbox_port = 0;
    };

    /// @param port where this node listens, as its messages say.
    /// @param seed for ids and back-off: from the operating system, or fixed in a test.
    Router(const Settings& settings, Guid identity, std::uint16_t port, std::uint64_t seed);
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    // ---- sessions ----

    /// What this node says of itself when it begins a handshake of Gnutella 0.6.
    wire::HandshakeHeaders greeting(const HandshakeContext& context) const;
    /// Whether a session is wanted with who says that of himself, and what to answer him.
    HandshakeVerdict judge(const HandshakeContext& context, const wire::HandshakeHeaders& theirs) const;
    /// A handshake was refused by the far end, which named others to try.
    /// @param by its address.
    void refused_handshake(const wire::IpAddress& by, const std::vector<Endpoint>& try_instead);

    /// A connection stands. In the JSON dialect an outgoing one is greeted with a PING, an incoming one must PING; in
    /// the other the handshake is done, and the session is open.
    void opened(const Start& start, TimePoint now, Actions& out);
    /// A whole message came. One for a session that has been closed meanwhile is passed over.
    void receive(SessionId from, const wire::Message& message, TimePoint now, const Library& library, Actions& out);
    /// An object of unknown type came: counted, and a sign of life.
    void received_unknown(SessionId from, TimePoint now);
    /// A message came whose payload is none of its type, in a stream that goes on: counted, and a sign of life.
    void received_unreadable(SessionId from, TimePoint now);
    /// Bytes came that are no message: BYE 400, close, count.
    void received_malformed(SessionId from, wire::Malformed problem, TimePoint now, Actions& out);
    /// What waits to be sent to a neighbour has become too much, or little enough again: SendQueue::congestion().
    void congestion_changed(SessionId session, Congestion congestion);
    /// There was no room for what a neighbour must be sent: BYE 502, close.
    void queue_overflowed(SessionId session, TimePoint now, Actions& out);
    /// The connection is gone, for `reason`.
    void closed(SessionId session, error_code reason, TimePoint now, Actions& out);
    /// Ends a session politely, as a user asked.
    void disconnect(SessionId session, std::string_view reason, TimePoint now, Actions& out);
    /// Ends all politely; nothing is joined any more.
    void stop(TimePoint now, Actions& out);

    /// Of a session that is open or opening; null when there is none of that id.
    const SessionInfo* session(SessionId id) const;
    /// Open sessions only.
    std::vector<SessionInfo> sessions() const;
    /// How many are open or opening.
    std::size_t session_count() const;

    // ---- neighbours that are wanted ----

    void join(const Endpoint& neighbour, TimePoint now, Actions& out);
    void leave(const Endpoint& neighbour);
    /// What Actions::Connect asked for could not be had.
    void connect_failed(const Endpoint& to, error_code reason, TimePoint now, Actions& out);
    /// In which order the dialects are to be tried with that host: the one that worked last time first.
    std::vector<Dialect> dialects_for(const Endpoint& host) const;
    /// Hosts known from an earlier life, from the store; and those known now, best first.
    void remember_hosts(const std::vector<KnownHost>& hosts);
    std::vector<KnownHost> known_hosts() const;

    // ---- searches ----

    /// The key by which our files can be had over QUIC: hits of ours name it from now on.
    void show_key(const KeyHash& key);

    enum class QueryWatch : std::uint8_t { off, on };
    /// Whether Actions::queries_seen is filled. Off at first: it costs a string for each query, and mostly nobody
    /// looks.
    void watch_queries(QueryWatch watch);

    /// Sends it to every open session, and to each session that opens while it runs.
    void start_query(const LocalQuery& query, TimePoint now, Actions& out);
    void end_query(const Guid& id);
    /// A datagram came to the inbox of `query`, and is a message.
    void receive_in_inbox(const Guid& query, const wire::Message& message, TimePoint now, Actions& out);
    /// A datagram came to the inbox of `query`, and is none: a legacy peer's raw file.
    void receive_raw_file(const Guid& query, std::string_view content, const Endpoint& from, TimePoint now,
                          Actions& out);

    /// Asks a peer that cannot be connected to to connect to us, along the way that a hit of its came.
    /// @param servent Hit::peer.
    /// @param index Hit::index.
    /// @return false when no way is known.
    bool push(const Guid& servent, std::uint32_t index, TimePoint now, Actions& out);

    /// Has a servent told to connect to somebody who asked us for it: what a push proxy does. We are that of our
    /// neighbours, and of those whose hits we have carried into JSON.
    /// @param servent its identity.
    /// @param to a numeric address.
    /// @return false when there is no way to it, or too many were asked for.
    bool proxy_push(const Guid& servent, std::uint32_t index, const Endpoint& to, TimePoint now, Actions& out);

    // ---- datagrams that leave ----

    /// Whether an answer may go to this address: docs/json-dialect.md, "Answering". Counts what it refuses.
    bool allow_datagram(const wire::IpAddress& to, TimePoint now);

    // ---- time ----

    /// Does what is due.
    void tick(TimePoint now, const Library& library, Actions& out);
    /// When tick() is to be called next; TimePoint::max() when nothing is waited for.
    TimePoint next_deadline() const;

    /// What was counted so far.
    Counters counters() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace gnutella::overlay
