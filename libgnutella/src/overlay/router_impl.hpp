#pragma once

#include "overlay/binary_messages.hpp"
#include "overlay/datagram_guard.hpp"
#include "overlay/deadline_queue.hpp"
#include "overlay/host_cache.hpp"
#include "overlay/host_seeker.hpp"
#include "overlay/join_list.hpp"
#include "overlay/local_queries.hpp"
#include "overlay/own_messages.hpp"
#include "overlay/pong_cache.hpp"
#include "overlay/push_guard.hpp"
#include "overlay/query_words.hpp"
#include "overlay/random.hpp"
#include "overlay/rate_limiter.hpp"
#include "overlay/route_table.hpp"
#include "overlay/router.hpp"
#include "overlay/session_machine.hpp"
#include "overlay/session_table.hpp"

namespace gnutella::overlay {

/// What the router's parts share.
struct Router::Impl {
    Impl(const Settings& settings, Guid identity, std::uint16_t port, std::uint64_t seed);

    // ---- router_sessions.cpp ----

    void ping_came(Neighbour& from, const wire::Message& message, const wire::Ping& ping, TimePoint now,
                   const Library& library, Actions& out);
    void pong_came(Neighbour& from, const wire::Message& message, const wire::Pong& pong, TimePoint now, Actions& out);
    void bye_came(Neighbour& from, const wire::Bye& bye, TimePoint now, Actions& out);
    /// Says BYE when the far end is this node, or a peer that has a better session already.
    enum class Welcome : std::uint8_t { yes, no };
    Welcome welcome(Neighbour& neighbour, TimePoint now, Actions& out);
    /// Of two sessions with the same peer, whether the one that opens is kept: docs/decisions/0005.
    bool is_better(const Neighbour& opening, const Neighbour& other) const;
    void open(Neighbour& neighbour, TimePoint now, Actions& out);
    void ping(Neighbour& neighbour, TimePoint now, Actions& out);
    void session_is_due(Neighbour& neighbour, TimePoint now, Actions& out);
    void arm(Neighbour& neighbour, TimePoint now);
    void send(Neighbour& to, wire::Frame frame, Priority priority, Actions& out);
    /// These end the session: `neighbour` is no more.
    void reject(Neighbour& neighbour, std::string_view problem, error_code reason, TimePoint now, Actions& out);
    void say_bye_and_close(Neighbour& neighbour, ByeCode code, std::string_view text, error_code reason, TimePoint now,
                           Actions& out);
    void forget(Neighbour& neighbour, error_code reason, std::string_view text, TimePoint now, Actions& out);

    // ---- router_handshake.cpp ----

    enum class Place : std::uint8_t { free, no_leaves, no_ultrapeers, leaf_here };
    /// Whether there is a place for one more neighbour of that role in Gnutella 0.6.
    Place place_for(Role role) const;
    /// The open session with a peer of Gnutella 0.6 that listens there.
    const Neighbour* open_at(const Endpoint& listens) const;
    std::vector<Endpoint> ultrapeers_to_try() const;

    // ---- router_gnutella.cpp ----

    void open_gnutella(Neighbour& neighbour, const Start& start, TimePoint now, Actions& out);
    void greet_gnutella(Neighbour& neighbour, TimePoint now, Actions& out);
    void ping_gnutella(Neighbour& to, std::uint8_t ttl, Actions& out);
    void gnutella_ping_came(Neighbour& from, const wire::Message& message, const wire::Ping& ping, TimePoint now,
                            const Library& library, Actions& out);
    void gnutella_pong_came(Neighbour& from, const wire::Message& message, const wire::Pong& pong);
    void vendor_message_came(Neighbour& from, const wire::Message& message, const wire::VendorMessage& vendor,
                             Actions& out);
    void told_of(const wire::IpAddress& host, std::uint16_t port, const wire::IpAddress& by);
    std::vector<wire::PackedHost> hosts_to_tell(const Neighbour& whom) const;
    std::optional<wire::UltrapeerSlots> free_places() const;

    // ---- router_tables.cpp ----

    template <class Change>
    void route_table_changes(Neighbour& from, const Change& change, TimePoint now, Actions& out);
    /// Sends our table to those that are due for it.
    void update_neighbours(TimePoint now, const Library& library, Actions& out);
    void update_own_table(const Library& library);
    bool takes_our_table(const GnutellaPeer& peer) const;

    // ---- router_pushes.cpp ----

    void push_came(Neighbour& from, const wire::Message& message, const wire::Push& push, TimePoint now, Actions& out);
    void heed_push(const Neighbour& from, const wire::Push& push, TimePoint now, Actions& out);
    /// Whether somebody may be connected to because of a Push; counts when not.
    /// @param from who asks for it.
    bool admits_push(PushGuard& by, const wire::IpAddress& to, std::uint16_t port, const wire::IpAddress& from,
                     TimePoint now);
    /// A hit of that servent came over that session.
    void learn_push_route(const Guid& servent, SessionId session, TimePoint now);
    /// Whom an asker in JSON is told of to pass a Push on to the servent of a hit: this node first, which knows the
    /// way.
    std::vector<Endpoint> proxies_for(const Neighbour& to, const wire::QueryHit& hit) const;
    /// The neighbour through which we are the push proxy of that servent: itself, or where its hits came from that we
    /// have carried into JSON.
    Neighbour* proxied_by(const Guid& servent, TimePoint now);
    /// The neighbour that a Push for that servent goes to; null when no way is known. One that is that servent comes
    /// first: it may have asked us to be its push proxy.
    Neighbour* way_to(const Guid& servent, TimePoint now);
    std::vector<wire::PackedHost> push_proxies() const;

    // ---- router_queries.cpp ----

    void query_came(Neighbour& from, const wire::Message& message, const wire::Query& query, TimePoint now,
                    const Library& library, Actions& out);
    /// Whether what a neighbour asks for is not worth a look: what it would be sent finds too much before it already
    /// (0.6, 3.1). A legacy peer is answered by datagram.
    static bool holds_off(const Neighbour& from) {
        return from.congestion == Congestion::congested && from.kind() == PeerKind::modern;
    }
    /// @return how many files answered.
    std::size_t answer(Neighbour& from, const wire::Message& message, const wire::Query& query, const Library& library,
                       Actions& out);
    std::size_t answer_legacy(Neighbour& from, const wire::Message& message, const wire::Query& query, Actions& out);
    /// For the hits that will come back here, and cannot go back as they are.
    void remember_origin(const Neighbour& from, const wire::Message& message, const wire::Query& query, TimePoint now);
    void send_running_queries(Neighbour& to, Actions& out);
    void send_own_query(Neighbour& to, const LocalQuery& query, QueryWords& words, Actions& out);

    // ---- router_forwarding.cpp ----

    /// To how many neighbours a query went, and to how many of another dialect.
    struct Forwarded {
        std::size_t all = 0;
        std::size_t bridged = 0;
    };
    Forwarded forward(const Neighbour& from, const wire::Message& message, const wire::Query& query, Actions& out);
    std::size_t forward_json(const Neighbour& from, const wire::Message& message, std::uint8_t ttl, Actions& out);
    /// The same query came again from the same neighbour, to go further ("X-Ext-Probes").
    bool goes_further(const Neighbour& from, const wire::Message& message, TimePoint now);
    bool wants_query(const GnutellaPeer& to, std::uint8_t ttl, std::uint8_t hops, QueryWords& words) const;

    // ---- router_hits.cpp ----

    void hit_came(Neighbour& from, const wire::Message& message, const wire::QueryHit& hit, TimePoint now,
                  Actions& out);
    void hit_to_gnutella(Neighbour& to, const wire::Message& message, const wire::QueryHit& hit, Actions& out);
    void hit_to_json(Neighbour& from, Neighbour& to, RouteTable::Route& route, const wire::Message& message,
                     const wire::QueryHit& hit, TimePoint now, Actions& out);
    void hit_for_legacy_asker(Neighbour& from, Neighbour& to, RouteTable::Route& route, const wire::Message& message,
                              const wire::QueryHit& hit, TimePoint now, Actions& out);
    /// For a search of our own.
    void take_hit(const wire::Message& message, const wire::QueryHit& hit, std::string_view neighbour_host,
                  Actions& out);
    void send_json_hit(Neighbour& to, const RouteTable::Route& route, wire::Frame frame, Actions& out);

    // ---- router_joins.cpp ----

    enum class Ended : std::uint8_t { open, opening };
    /// What follows for the neighbours that are wanted when a session to `target`, or an attempt at one, has ended.
    void attempt_ended(const std::optional<Endpoint>& target, Ended when, error_code reason, TimePoint now,
                       Actions& out);
    void wanted_ended(const Endpoint& target, Ended when, error_code reason, TimePoint now, Actions& out);
    void target_opened(const std::optional<Endpoint>& target, TimePoint now);
    void connect_due(TimePoint now, Actions& out);
    std::optional<Endpoint> host_to_try() const;
    bool wants_sessions() const;

    bool speaks_gnutella() const { return leaves + ultrapeers > 0; }

    const Settings settings;
    const Guid identity;
    const SessionMachine::Times times;
    const Rate query_rate;
    const Rate ping_rate;
    const Rate table_rate;
    Random random;
    OwnMessages own;
    BinaryMessages binary;
    SessionTable sessions;
    DeadlineQueue deadlines;
    RouteTable routes;
    RouteTable push_routes;
    LocalQueries local_queries;
    HostCache hosts;
    PongCache pongs;
    JoinList joins;
    HostSeeker seeker;
    DatagramGuard guard;
    PushGuard push_guard;
    /// Of the Pushes that we pass on for who asks over HTTP, beyond our neighbours.
    PushGuard proxy_guard;
    /// Of the connections to the sources that we fetch from for a legacy peer, and to their push proxies.
    PushGuard fetch_guard;
    Counters counters;
    QueryWatch query_watch = QueryWatch::off;
    /// Open sessions of Gnutella 0.6, by what the far end is.
    std::size_t leaves = 0;
    std::size_t ultrapeers = 0;
    /// Our query routing table: of what we share, and with what our leaves do; null before they are wanted.
    std::shared_ptr<const wire::QueryRouteTable> own_table;
    std::shared_ptr<const wire::QueryRouteTable> merged_table;
    std::uint64_t library_changes = 0;
    TimePoint own_table_due = TimePoint::min();
    bool leaf_tables_changed = false;
    /// When some neighbour is due for an update.
    TimePoint next_update = TimePoint::max();
    /// Whether neighbours were ever asked for, or had: a node that nobody told of any stays alone.
    bool had_neighbours = false;
    bool stopped = false;
    /// Used for one query at a time.
    std::vector<Library::Match> matches;
};

}  // namespace gnutella::overlay
