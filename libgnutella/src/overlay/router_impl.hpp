#pragma once

#include "overlay/datagram_guard.hpp"
#include "overlay/deadline_queue.hpp"
#include "overlay/host_cache.hpp"
#include "overlay/host_seeker.hpp"
#include "overlay/join_list.hpp"
#include "overlay/local_queries.hpp"
#include "overlay/own_messages.hpp"
#include "overlay/random.hpp"
#include "overlay/rate_limiter.hpp"
#include "overlay/route_table.hpp"
#include "overlay/router.hpp"
#include "overlay/session_machine.hpp"
#include "overlay/session_table.hpp"

namespace gnutella::overlay {

/// What the router's three parts share: router_sessions.cpp, router_queries.cpp, router_joins.cpp.
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

    // ---- router_queries.cpp ----

    void query_came(Neighbour& from, const wire::Message& message, const wire::Query& query, TimePoint now,
                    const Library& library, Actions& out);
    void hit_came(Neighbour& from, const wire::Message& message, const wire::QueryHit& hit, TimePoint now,
                  Actions& out);
    /// @return how many files answered.
    std::size_t answer(Neighbour& from, const wire::Message& message, const wire::Query& query, const Library& library,
                       Actions& out);
    /// @return to how many neighbours it goes.
    std::size_t forward(const Neighbour& from, const wire::Message& message, Actions& out);
    /// For the hits that will come back here, and cannot go back over the legacy session.
    void remember_asker(const Neighbour& from, const wire::Message& message, const wire::Query& query, TimePoint now);
    void send_running_queries(Neighbour& to, Actions& out);

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

    const Settings settings;
    const Guid identity;
    const SessionMachine::Times times;
    const Rate query_rate;
    Random random;
    OwnMessages own;
    SessionTable sessions;
    DeadlineQueue deadlines;
    RouteTable routes;
    LocalQueries local_queries;
    HostCache hosts;
    JoinList joins;
    HostSeeker seeker;
    DatagramGuard guard;
    Counters counters;
    QueryWatch query_watch = QueryWatch::off;
    /// Whether neighbours were ever asked for, or had: a node that nobody told of any stays alone.
    bool had_neighbours = false;
    bool stopped = false;
    /// Used for one query at a time.
    std::vector<Library::Match> matches;
};

}  // namespace gnutella::overlay
