#pragma once

#include <gnutella/session_info.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace gnutella {

/// What a node has done since it was started. Whatever was refused, dropped or forgotten because of a bound is counted
/// here; what only had to wait, or was cut to size, is not.
struct Counters {
    std::uint64_t messages_received = 0;  ///< from all sessions, of every type
    std::uint64_t messages_sent = 0;      ///< given to sessions to be sent
    /// Queries of others that were handled: each id once.
    std::uint64_t queries_handled = 0;
    /// Copies of a query sent on to other neighbours.
    std::uint64_t queries_forwarded = 0;
    /// Queries that this node's files answered.
    std::uint64_t queries_answered = 0;
    /// Hits of others passed back along the way of their query.
    std::uint64_t hits_routed = 0;
    std::uint64_t queries_bridged = 0;  ///< passed from one dialect into the other
    std::uint64_t hits_bridged = 0;     ///< passed from one dialect into the other
    std::uint64_t pushes_routed = 0;    ///< passed on
    std::uint64_t pushes_heeded = 0;    ///< to us, that made us connect to who sent them

    // ---- dropped, and why ----
    std::uint64_t duplicate_queries = 0;    ///< a query whose id was handled before
    std::uint64_t routes_forgotten = 0;     ///< before their time: beyond Settings::max_routes or max_push_routes
    std::uint64_t expired_queries = 0;      ///< handled, and sent no further: the TTL is used up, or no room is left
    std::uint64_t excess_queries = 0;       ///< beyond Settings::queries_per_second
    std::uint64_t flow_controlled = 0;      ///< queries, and pings for hosts, of a neighbour that reads too slowly
    std::uint64_t unexpected_pongs = 0;     ///< a PONG that nobody asked for
    std::uint64_t unexpected_hits = 0;      ///< a QUERY-HIT that nobody asked for
    std::uint64_t excess_hits = 0;          ///< beyond Settings::max_hits_per_query
    std::uint64_t unreachable_hits = 0;     ///< of no use to the asker, who could not fetch from them
    std::uint64_t excess_pings = 0;         ///< of Gnutella 0.6, that came too often
    std::uint64_t unroutable_pushes = 0;    ///< to a peer that no hit came from
    std::uint64_t refused_pushes = 0;       ///< to an address that we would not connect to
    std::uint64_t excess_pushes = 0;        ///< beyond Settings::pushes_per_second
    std::uint64_t unknown_messages = 0;     ///< of a type that is not known, or not expected from who sent it
    std::uint64_t bad_messages = 0;         ///< that closed their session
    std::uint64_t unreadable_messages = 0;  ///< whose payload is none of their type; of Gnutella 0.6
    std::uint64_t dropped_from_queues = 0;  ///< messages to neighbours that read too slowly
    std::uint64_t refused_datagrams = 0;    ///< raw datagrams that might have hit a third party
    std::uint64_t excess_datagrams = 0;     ///< beyond Settings::datagrams_per_second
    std::uint64_t unknown_datagrams = 0;    ///< that came to the UDP port and are nothing we know, nor can be QUIC's
    std::uint64_t refused_connections =
        0;  ///< beyond Settings::max_sessions, max_connections_per_address or QUIC's bounds
    std::uint64_t unknown_connections = 0;  ///< whose first bytes were nothing we know, or did not come in time
    std::uint64_t handshakes_failed = 0;    ///< of Gnutella 0.6, both ways, that led to no session
    std::uint64_t hosts_forgotten = 0;      ///< addresses of peers, or not taken: beyond Settings::max_known_hosts
    std::uint64_t state_writes_failed = 0;  ///< of the state folder: no room, no permission, a disk that fails

    // ---- QUIC ----
    std::uint64_t quic_connections = 0;   ///< both ways, whose handshake was completed
    std::uint64_t failed_handshakes = 0;  ///< both ways, that ended otherwise
    std::uint64_t quic_retries = 0;       ///< addresses that had to be shown first: Settings::max_quic_handshakes
    std::uint64_t stray_packets = 0;      ///< that belong to no connection
    std::uint64_t silent_strays = 0;      ///< not answered: beyond Settings::quic_stray_answers_per_second

    // ---- files ----
    std::uint64_t uploads = 0;             ///< begun
    std::uint64_t uploads_queued = 0;      ///< requests told to wait: beyond Settings::max_uploads or its like
    std::uint64_t uploads_refused = 0;     ///< beyond Settings::max_waiting_uploads or max_http_connections
    std::uint64_t upload_places_lost = 0;  ///< by who did not ask again in time, or too often, or to one before him
    std::uint64_t bytes_uploaded = 0;      ///< of files
    std::uint64_t bad_requests = 0;     ///< over HTTP, that are none, or have a header beyond Settings::max_http_header
    std::uint64_t trees_sent = 0;       ///< Tiger trees of files
    std::uint64_t trees_not_known = 0;  ///< trees of shared files that were wanted before they were computed
    std::uint64_t alternates_refused = 0;    ///< locations of files that who told them has no business with
    std::uint64_t alternates_forgotten = 0;  ///< locations of files: beyond Settings::max_alternate_locations, or such
    std::uint64_t browsed = 0;               ///< lists of all files, sent to who asked for one
    std::uint64_t pushes_given = 0;          ///< connections that we made, and offered a file over, because of a Push
    std::uint64_t pushes_asked = 0;          ///< Pushes sent to sources that cannot be connected to
    std::uint64_t pushes_proxied = 0;        ///< passed on to a neighbour for who asked for it over HTTP
    std::uint64_t pushes_dropped = 0;        ///< neither passed on nor heeded: no such neighbour, or too many at once
    std::uint64_t unexpected_givs = 0;       ///< connections that offered a file that nobody waits for
    std::uint64_t downloads = 0;             ///< completed
    std::uint64_t bytes_downloaded = 0;      ///< of files
    std::uint64_t sources_failed = 0;        ///< times that a source of a download did not do what it was asked
    std::uint64_t sources_struck_off = 0;    ///< of these, those after which it was asked no more
    std::uint64_t downloads_not_kept = 0;    ///< durable ones that would not go on after a restart: see Trouble
    std::uint64_t raw_files_sent = 0;        ///< as one datagram, to legacy peers
    std::uint64_t fetched_for_askers = 0;    ///< from others, for legacy peers that cannot fetch them themselves
    std::uint64_t files_not_shared = 0;      ///< unreadable, vanished, changed, or beyond Settings::max_shared_files
};

/// Calls `visit(name, value)` for each counter, in the order above.
template <class Visitor>
void for_each_counter(const Counters& counters, Visitor&& visit) {
    visit(std::string_view{"messages_received"}, counters.messages_received);
    visit(std::string_view{"messages_sent"}, counters.messages_sent);
    visit(std::string_view{"queries_handled"}, counters.queries_handled);
    visit(std::string_view{"queries_forwarded"}, counters.queries_forwarded);
    visit(std::string_view{"queries_answered"}, counters.queries_answered);
    visit(std::string_view{"hits_routed"}, counters.hits_routed);
    visit(std::string_view{"queries_bridged"}, counters.queries_bridged);
    visit(std::string_view{"hits_bridged"}, counters.hits_bridged);
    visit(std::string_view{"pushes_routed"}, counters.pushes_routed);
    visit(std::string_view{"pushes_heeded"}, counters.pushes_heeded);
    visit(std::string_view{"duplicate_queries"}, counters.duplicate_queries);
    visit(std::string_view{"routes_forgotten"}, counters.routes_forgotten);
    visit(std::string_view{"expired_queries"}, counters.expired_queries);
    visit(std::string_view{"excess_queries"}, counters.excess_queries);
    visit(std::string_view{"flow_controlled"}, counters.flow_controlled);
    visit(std::string_view{"unexpected_pongs"}, counters.unexpected_pongs);
    visit(std::string_view{"unexpected_hits"}, counters.unexpected_hits);
    visit(std::string_view{"excess_hits"}, counters.excess_hits);
    visit(std::string_view{"unreachable_hits"}, counters.unreachable_hits);
    visit(std::string_view{"excess_pings"}, counters.excess_pings);
    visit(std::string_view{"unroutable_pushes"}, counters.unroutable_pushes);
    visit(std::string_view{"refused_pushes"}, counters.refused_pushes);
    visit(std::string_view{"excess_pushes"}, counters.excess_pushes);
    visit(std::string_view{"unknown_messages"}, counters.unknown_messages);
    visit(std::string_view{"bad_messages"}, counters.bad_messages);
    visit(std::string_view{"unreadable_messages"}, counters.unreadable_messages);
    visit(std::string_view{"dropped_from_queues"}, counters.dropped_from_queues);
    visit(std::string_view{"refused_datagrams"}, counters.refused_datagrams);
    visit(std::string_view{"excess_datagrams"}, counters.excess_datagrams);
    visit(std::string_view{"unknown_datagrams"}, counters.unknown_datagrams);
    visit(std::string_view{"refused_connections"}, counters.refused_connections);
    visit(std::string_view{"unknown_connections"}, counters.unknown_connections);
    visit(std::string_view{"handshakes_failed"}, counters.handshakes_failed);
    visit(std::string_view{"hosts_forgotten"}, counters.hosts_forgotten);
    visit(std::string_view{"state_writes_failed"}, counters.state_writes_failed);
    visit(std::string_view{"quic_connections"}, counters.quic_connections);
    visit(std::string_view{"failed_handshakes"}, counters.failed_handshakes);
    visit(std::string_view{"quic_retries"}, counters.quic_retries);
    visit(std::string_view{"stray_packets"}, counters.stray_packets);
    visit(std::string_view{"silent_strays"}, counters.silent_strays);
    visit(std::string_view{"uploads"}, counters.uploads);
    visit(std::string_view{"uploads_queued"}, counters.uploads_queued);
    visit(std::string_view{"uploads_refused"}, counters.uploads_refused);
    visit(std::string_view{"upload_places_lost"}, counters.upload_places_lost);
    visit(std::string_view{"bytes_uploaded"}, counters.bytes_uploaded);
    visit(std::string_view{"bad_requests"}, counters.bad_requests);
    visit(std::string_view{"trees_sent"}, counters.trees_sent);
    visit(std::string_view{"trees_not_known"}, counters.trees_not_known);
    visit(std::string_view{"alternates_refused"}, counters.alternates_refused);
    visit(std::string_view{"alternates_forgotten"}, counters.alternates_forgotten);
    visit(std::string_view{"browsed"}, counters.browsed);
    visit(std::string_view{"pushes_given"}, counters.pushes_given);
    visit(std::string_view{"pushes_asked"}, counters.pushes_asked);
    visit(std::string_view{"pushes_proxied"}, counters.pushes_proxied);
    visit(std::string_view{"pushes_dropped"}, counters.pushes_dropped);
    visit(std::string_view{"unexpected_givs"}, counters.unexpected_givs);
    visit(std::string_view{"downloads"}, counters.downloads);
    visit(std::string_view{"bytes_downloaded"}, counters.bytes_downloaded);
    visit(std::string_view{"sources_failed"}, counters.sources_failed);
    visit(std::string_view{"sources_struck_off"}, counters.sources_struck_off);
    visit(std::string_view{"downloads_not_kept"}, counters.downloads_not_kept);
    visit(std::string_view{"raw_files_sent"}, counters.raw_files_sent);
    visit(std::string_view{"fetched_for_askers"}, counters.fetched_for_askers);
    visit(std::string_view{"files_not_shared"}, counters.files_not_shared);
}

/// A node at one moment.
struct Status {
    /// The open sessions.
    std::vector<SessionInfo> sessions;
    /// Files that this node shares, as far as they are hashed.
    std::uint64_t files = 0;
    /// Bytes that these have together.
    std::uint64_t bytes = 0;
    /// Whether every shared folder has been read and every file in it hashed.
    bool shares_settled = true;
    /// What it has done so far.
    Counters counters;
};

}  // namespace gnutella
