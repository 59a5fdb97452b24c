#pragma once

#include <gnutella/dialect.hpp>
#include <gnutella/endpoint.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/log.hpp>
#include <gnutella/role.hpp>
#include <gnutella/transport.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gnutella {

/// All that a Peer can be told, with its unit and its default: every bound and every time that a program may have a
/// reason to change; docs/settings.md lists them with what happens at each bound. What a protocol fixes (128 bytes in
/// an id of the JSON dialect, 65,507 in a datagram), and how work is cut into pieces, are constants where they are
/// used. A value that cannot be makes Peer's constructor throw. A time of over a year is taken for a year.
struct Settings {
    // ---- who and where ----

    /// TCP and UDP port to listen on; 0 takes a free one.
    std::uint16_t port = default_port;
    /// Address to listen on. Empty: all, IPv6 and IPv4, or IPv4 alone where the host has no IPv6.
    std::string address{};
    /// The host that messages name as ours. Empty: for each session, the address of our end of it.
    std::string announced_host{};
    /// Name and version told to other peers.
    std::string agent = "libgnutella/0.1.0";
    /// This peer's identity. Nothing: a random one for each Peer.
    std::optional<Guid> identity{};
    /// Whether others may remember this peer and tell others of it. One that is there for a moment alone says no port
    /// in its PINGs, PONGs and handshakes, so that nobody looks for it when it has gone.
    bool may_be_remembered = true;
    /// Peers to join at the start, and again, with back-off, whenever the session is lost.
    std::vector<Endpoint> neighbours{};

    // ---- what is shared and where things go ----

    /// Folders to share, with all below them but hidden files and symbolic links.
    std::vector<std::filesystem::path> shares{};
    /// Folder for what must outlive the process (hashes, trees, known hosts, durable downloads,
    /// the node's key). Empty: kept in memory only.
    std::filesystem::path state_folder{};
    /// Bytes that the database in the state folder may take; 0 for as many as the disk has. Beyond it nothing more is
    /// remembered, which is told as when the disk is full (Error::state_full).
    std::uint64_t max_state_size = 68'719'476'736;
    /// Time that the hashes of files are kept that are not seen any more: their disk may be away for a while.
    std::chrono::hours hash_lifetime{4'320};
    /// Files that one folder may add to the index; more are left out, counted and logged.
    std::size_t max_shared_files = 1'000'000;
    /// Depth of folders below a share.
    std::size_t max_folder_depth = 32;
    /// Wait after the last change seen in a shared folder before it is read: writers need time to finish.
    std::chrono::milliseconds share_settle_time{200};
    /// Time between two readings of a shared folder that cannot be watched by inotify.
    std::chrono::milliseconds rescan_interval{60'000};
    /// Shared files without a Tiger tree that wait, because others want it, to be hashed once more. Who wants that of
    /// another is told to come again (503).
    std::size_t max_trees_wanted = 64;
    /// Threads that read, write and send files.
    std::size_t disk_threads = 2;

    // ---- sessions ----

    /// The dialects that are spoken, one at least. Outgoing connections try them in this order, each over a connection
    /// of its own, but first the one that the host is known to speak.
    std::vector<Dialect> dialects{Dialect::json, Dialect::gnutella};
    /// Sessions open or opening at once, both ways together. As many connections, but 64 at least, may have not said
    /// yet what they are; more are closed.
    std::size_t max_sessions = 8192;
    /// Sessions and HTTP connections accepted at once from one address (loopback is not counted).
    std::size_t max_connections_per_address = 32;
    /// Time in which a TCP connection must stand.
    std::chrono::milliseconds connect_timeout{10'000};
    /// Time in which an accepted connection must show what it is.
    std::chrono::milliseconds first_bytes_timeout{10'000};
    /// Time in which a PING must be answered when a session in the JSON dialect opens.
    std::chrono::milliseconds handshake_timeout{5'000};
    /// Time in which the whole handshake of a Gnutella 0.6 session must be done.
    std::chrono::milliseconds gnutella_handshake_timeout{10'000};
    /// Whether Gnutella 0.6 sessions are compressed, each way, where the far end can do it too.
    bool deflate = true;
    /// Whether connections that begin with TLS are served, and Gnutella 0.6 sessions go on in TLS where the far end can
    /// do it too.
    bool tls = true;
    /// Silence after which an open session is PINGed.
    std::chrono::milliseconds ping_interval{30'000};
    /// PINGs in a row that may go unanswered before the session is closed.
    std::size_t max_unanswered_pings = 2;
    /// First wait before a lost neighbour is tried again; doubled each time, up to `max_retry_interval`.
    std::chrono::milliseconds retry_interval{1'000};
    /// The longest wait between two tries to have a lost neighbour back.
    std::chrono::milliseconds max_retry_interval{300'000};
    /// Time that a BYE may take to leave before the connection is cut.
    std::chrono::milliseconds bye_timeout{1'000};
    /// Time between two messages to a legacy peer, which reads each `recv` as one object.
    std::chrono::milliseconds legacy_spacing{20};

    // ---- messages ----

    /// Bytes in one message. Longer: the session is closed.
    std::size_t max_message_size = 64 * 1024;
    /// Nesting of arrays and objects in a JSON message.
    std::size_t max_nesting = 8;
    /// Hosts that one PONG of the JSON dialect names. As many pongs answer a ping for hosts in Gnutella 0.6.
    std::size_t max_pong_hosts = 10;
    /// Bytes waiting to be sent to one neighbour; at least one and a half of max_message_size. Beyond it queries are
    /// dropped first, then hits; then it is closed. From half of it on, until a quarter is left, the queries that come
    /// from the neighbour, and its pings for hosts, are dropped.
    std::size_t max_send_queue = 1024 * 1024;
    /// Queries a second that one neighbour may send on average. The excess is dropped and counted.
    std::size_t queries_per_second = 100;
    /// Queries that one neighbour may send at once.
    std::size_t query_burst = 200;
    /// Pings a second that one neighbour in Gnutella 0.6 may send on average. The excess is dropped and counted.
    std::size_t pings_per_second = 1;
    /// Pings that one neighbour in Gnutella 0.6 may send at once.
    std::size_t ping_burst = 5;

    // ---- searching ----

    /// TTL of our own queries, and the most that a query's TTL and hops may add up to.
    std::uint8_t max_ttl = 7;
    /// Time that a message's id is remembered, for routing answers and knowing duplicates.
    std::chrono::milliseconds route_lifetime{600'000};
    /// Ids remembered at once; beyond it the oldest are forgotten.
    std::size_t max_routes = 200'000;
    /// Default time of a Query.
    std::chrono::milliseconds query_timeout{5'000};
    /// Searches of our own at once, each with a UDP socket.
    std::size_t max_local_queries = 64;
    /// Hits kept for one Query; more are dropped and counted.
    std::size_t max_hits_per_query = 1'000;
    /// Results in one QUERY-HIT that we send, and read.
    std::size_t max_results = 64;
    /// Raw datagrams a second to one address (answers to legacy peers).
    std::size_t datagrams_per_second = 10;
    /// Addresses that raw datagrams go to within one second; to more than these none goes.
    std::size_t max_datagram_addresses = 1024;
    /// Answers by datagram whose host is being resolved, or whose file is being read, at once; more are dropped.
    std::size_t max_answers = 64;
    /// Time in which the host that a query names must resolve, where the answer goes there by datagram.
    std::chrono::milliseconds answer_timeout{10'000};
    /// Addresses of other peers remembered; beyond it those that are least likely to be there are forgotten.
    std::size_t max_known_hosts = 1'000;
    /// Sessions below which remembered hosts are tried, when `neighbours` or earlier sessions are gone.
    std::size_t min_sessions = 1;

    // ---- Gnutella 0.6 ----

    /// What this node is among peers of Gnutella 0.6.
    Role role = Role::ultrapeer;
    /// Whether others can connect to this node. A firewalled one is sent a Push by who wants a file.
    Reachability reachability = Reachability::open;
    /// Sessions of Gnutella 0.6 with leaves; an ultrapeer refuses more (503), and names other ultrapeers.
    std::size_t max_leaves = 150;
    /// Sessions of Gnutella 0.6 with ultrapeers; more are refused (503).
    std::size_t max_ultrapeers = 32;
    /// Time between two updates of the query routing table that a neighbour is sent, and between two pings for hosts.
    std::chrono::milliseconds route_table_interval{60'000};
    /// Ways to peers that Pushes may be sent along which are remembered; beyond it the oldest are forgotten.
    std::size_t max_push_routes = 50'000;
    /// Pushes a second that make us connect to who sent them, to all addresses together; the rest is dropped.
    /// As many are passed on to peers beyond our neighbours, for those who ask over HTTP; and as many connections are
    /// made to fetch files for legacy peers.
    std::size_t pushes_per_second = 10;

    // ---- transfer ----

    /// Files sent at once over HTTP; more wait in a queue, and are told their place (503).
    std::size_t max_uploads = 32;
    /// Files sent at once to one address (loopback is not counted); more wait.
    std::size_t max_uploads_per_address = 8;
    /// Requests that wait for an upload slot at once; when there are more, those go whose turn is farthest.
    std::size_t max_waiting_uploads = 200;
    /// Told to who waits for an upload slot: time before which he is not to ask again.
    std::chrono::milliseconds upload_poll_min{5'000};
    /// Told to who waits for an upload slot: time after which he has lost his place when he has not asked again.
    std::chrono::milliseconds upload_poll_max{30'000};
    /// Time that an upload slot is kept between two ranges of one file on one connection.
    std::chrono::milliseconds upload_grace{1'000};
    /// Other peers that have a file which are remembered, for each file.
    std::size_t max_alternate_locations = 100;
    /// Bytes a second that all uploads together may send; 0 for no limit.
    std::uint64_t upload_limit = 0;
    /// Bytes a second that all downloads together may fetch; 0 for no limit.
    std::uint64_t download_limit = 0;
    /// HTTP connections open at once, idle ones included.
    std::size_t max_http_connections = 1024;
    /// Files fetched at once; more wait for their turn.
    std::size_t max_downloads = 16;
    /// Sources of one download that are asked at once; more wait until one of these is lost.
    std::size_t max_sources_per_download = 8;
    /// Downloads that outlive the process (DownloadRequest::Lifetime::durable). More go on until the Peer is stopped,
    /// and each is told of (Error::too_many_durable).
    std::size_t max_durable_downloads = 10'000;
    /// Bytes of an HTTP header.
    std::size_t max_http_header = 8 * 1024;
    /// Time without a byte after which a transfer has failed.
    std::chrono::milliseconds transfer_timeout{30'000};
    /// Time in which a source must send a file's Tiger tree; another is asked after that.
    std::chrono::milliseconds tree_timeout{10'000};
    /// Time in which a source that cannot be connected to must connect to us, once it was sent a Push.
    std::chrono::milliseconds push_timeout{20'000};
    /// Time that an idle HTTP connection is kept.
    std::chrono::milliseconds http_idle_timeout{30'000};
    /// Times that a failed source is tried again.
    std::size_t source_retries = 2;
    /// First wait before a failed source is tried again; doubled each time.
    std::chrono::milliseconds source_retry_interval{500};

    // ---- QUIC ----

    /// The ways in which files travel, best first: those that our hits name, and that downloads try. One at least.
    std::vector<Transport> transports{Transport::quic, Transport::http};
    /// QUIC connections at once, both ways together; more are refused.
    std::size_t max_quic_connections = 1024;
    /// QUIC connections accepted at once from one address (loopback is not counted).
    std::size_t max_quic_connections_per_address = 32;
    /// Handshakes of accepted QUIC connections under way at once; beyond it each address must first show that it is
    /// the sender's own (RFC 9000, 8.1.2).
    std::size_t max_quic_handshakes = 64;
    /// Streams that the far end may have open on one QUIC connection.
    std::size_t max_quic_streams = 32;
    /// Answers a second to datagrams that belong to no QUIC connection: resets, refusals, other versions. The rest is
    /// dropped.
    std::size_t quic_stray_answers_per_second = 100;
    /// Time in which the handshake of a QUIC connection must be done.
    std::chrono::milliseconds quic_handshake_timeout{10'000};
    /// Time in which a QUIC connection must stand where the file can be had over HTTP as well.
    std::chrono::milliseconds quic_fallback_timeout{3'000};
    /// Silence after which a QUIC connection is given up. The far end may ask for less.
    std::chrono::milliseconds quic_idle_timeout{30'000};
    /// Bytes of what we asked for on one QUIC stream that may be on their way or unread.
    std::size_t max_quic_stream_window = 6 * 1024 * 1024;
    /// The same for all streams of one QUIC connection.
    std::size_t max_quic_window = 12 * 1024 * 1024;
    /// Bytes of one QUIC stream kept until the far end has acknowledged them.
    std::size_t max_quic_send_buffer = 8 * 1024 * 1024;

    // ---- logging ----

    /// Where log lines go; empty: nowhere.
    LogSink log{};
    /// The least level that is logged.
    LogLevel log_level = LogLevel::info;
};

}  // namespace gnutella
