// Sessions, from handshake to BYE: docs/json-dialect.md, "A session".

#include "overlay/host_policy.hpp"
#include "overlay/router_impl.hpp"
#include "utf8.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <utility>

namespace gnutella::overlay {

namespace {

// The code that an operation of Asio's gives when it was cancelled.
error_code cancelled() {
    return {boost::system::errc::operation_canceled, boost::system::system_category()};
}

// What our own BYEs tell of the reason, and what it means when a neighbour tells it us.
Error reason_of(const wire::Bye& bye, SessionMachine::State state) {
    const auto code = static_cast<ByeCode>(bye.code);
    if (code == ByeCode::already_connected) {
        return Error::already_connected;
    }
    if (state != SessionMachine::State::awaiting_pong) {
        return Error::left;
    }
    return code == ByeCode::connected_to_self ? Error::connected_to_self : Error::refused;
}

void learn(SessionInfo& info, const wire::Sender& from, const wire::Introduction& introduction) {
    info.listens = {std::string(from.host), from.port};
    info.legacy = introduction.version == 0;
    if (info.legacy) {
        return;
    }
    info.agent = to_one_line(introduction.agent);
    info.peer = introduction.peer;
}

void learn_hosts(HostCache& hosts, const wire::Pong& pong, const wire::IpAddress& by) {
    for (const std::string_view text : pong.hosts) {
        const auto host = Endpoint::parse(text);
        if (host && may_be_told(*host, by)) {
            hosts.heard_of(*host);
        }
    }
}

}  // namespace

void Router::opened(const Start& start, TimePoint now, Actions& out) {
    SessionInfo info;
    info.id = start.id;
    info.direction = start.direction;
    info.remote = start.remote;
    info.dialect = start.dialect;
    info.layers = start.layers;
    info.round_trip = start.round_trip;
    Neighbour neighbour{std::move(info),
                        start.local.host,
                        start.remote_address,
                        start.target,
                        SessionMachine(start.direction, now),
                        {},
                        {},
                        0};
    const bool full = impl_->sessions.size() >= impl_->settings.max_sessions;
    neighbour.dialect_follows = start.on_failure == Start::OnFailure::dialect_follows;
    if (start.dialect == Dialect::gnutella) {
        neighbour.gnutella = std::make_unique<GnutellaPeer>(start.handshake.value_or(wire::HandshakeHeaders()));
    }
    Neighbour& kept = impl_->sessions.add(std::move(neighbour));
    if (impl_->stopped) {
        impl_->say_bye_and_close(kept, ByeCode::leaving, "this peer has stopped", Error::stopped, now, out);
        return;
    }
    if (full) {
        ++impl_->counters.refused_connections;
        impl_->say_bye_and_close(kept, ByeCode::too_many_sessions, "too many sessions are open here",
                                 Error::too_many_sessions, now, out);
        return;
    }
    if (start.dialect == Dialect::gnutella) {
        impl_->open_gnutella(kept, start, now, out);
        return;
    }
    if (start.direction == Direction::outgoing) {
        impl_->ping(kept, now, out);
    }
    impl_->arm(kept, now);
}

void Router::receive(SessionId from, const wire::Message& message, TimePoint now, const Library& library,
                     Actions& out) {
    Neighbour* neighbour = impl_->sessions.find(from);
    if (neighbour == nullptr) {
        return;
    }
    ++impl_->counters.messages_received;
    neighbour->machine.heard(now);
    if (message.dialect != neighbour->dialect()) {
        ++impl_->counters.unknown_messages;
        return;
    }
    if (const auto* ping = std::get_if<wire::Ping>(&message.body)) {
        impl_->ping_came(*neighbour, message, *ping, now, library, out);
        return;
    }
    if (const auto* pong = std::get_if<wire::Pong>(&message.body)) {
        impl_->pong_came(*neighbour, message, *pong, now, out);
        return;
    }
    if (const auto* bye = std::get_if<wire::Bye>(&message.body)) {
        impl_->bye_came(*neighbour, *bye, now, out);
        return;
    }
    switch (neighbour->machine.message_came()) {
        case SessionMachine::Step::refuse:
            impl_->reject(*neighbour, "a session begins with PING", Error::bad_message, now, out);
            return;
        case SessionMachine::Step::handle:
            break;
        default:
            return;
    }
    if (const auto* query = std::get_if<wire::Query>(&message.body)) {
        impl_->query_came(*neighbour, message, *query, now, library, out);
    } else if (const auto* hit = std::get_if<wire::QueryHit>(&message.body)) {
        impl_->hit_came(*neighbour, message, *hit, now, out);
    } else if (const auto* push = std::get_if<wire::Push>(&message.body)) {
        impl_->push_came(*neighbour, message, *push, now, out);
    } else if (const auto* vendor = std::get_if<wire::VendorMessage>(&message.body)) {
        impl_->vendor_message_came(*neighbour, message, *vendor, out);
    } else if (const auto* reset = std::get_if<wire::RouteTableReset>(&message.body)) {
        impl_->route_table_changes(*neighbour, *reset, now, out);
    } else if (const auto* patch = std::get_if<wire::RouteTablePatch>(&message.body)) {
        impl_->route_table_changes(*neighbour, *patch, now, out);
    }
}

void Router::received_unknown(SessionId from, TimePoint now) {
    if (Neighbour* neighbour = impl_->sessions.find(from)) {
        ++impl_->counters.unknown_messages;
        neighbour->machine.heard(now);
    }
}

void Router::received_unreadable(SessionId from, TimePoint now) {
    if (Neighbour* neighbour = impl_->sessions.find(from)) {
        ++impl_->counters.unreadable_messages;
        neighbour->machine.heard(now);
    }
}

void Router::received_malformed(SessionId from, wire::Malformed problem, TimePoint now, Actions& out) {
    if (Neighbour* neighbour = impl_->sessions.find(from)) {
        const Error reason = problem == wire::Malformed::too_large ? Error::message_too_large : Error::bad_message;
        impl_->reject(*neighbour, wire::reason_of(problem), reason, now, out);
    }
}

void Router::congestion_changed(SessionId session, Congestion congestion) {
    if (Neighbour* neighbour = impl_->sessions.find(session)) {
        neighbour->congestion = congestion;
    }
}

void Router::queue_overflowed(SessionId session, TimePoint now, Actions& out) {
    if (Neighbour* neighbour = impl_->sessions.find(session)) {
        impl_->say_bye_and_close(*neighbour, ByeCode::queue_overflow, "you read too slowly", Error::queue_full, now,
                                 out);
    }
}

void Router::closed(SessionId session, error_code reason, TimePoint now, Actions& out) {
    if (Neighbour* neighbour = impl_->sessions.find(session)) {
        impl_->forget(*neighbour, reason, {}, now, out);
    }
}

void Router::disconnect(SessionId session, std::string_view reason, TimePoint now, Actions& out) {
    if (Neighbour* neighbour = impl_->sessions.find(session)) {
        impl_->say_bye_and_close(*neighbour, ByeCode::leaving, reason, cancelled(), now, out);
    }
}

void Router::stop(TimePoint now, Actions& out) {
    impl_->stopped = true;
    impl_->joins.clear();
    impl_->seeker.end();
    for (const SessionId id : impl_->sessions.all()) {
        impl_->say_bye_and_close(*impl_->sessions.find(id), ByeCode::leaving, "this peer is stopping", Error::stopped,
                                 now, out);
    }
}

const SessionInfo* Router::session(SessionId id) const {
    const Neighbour* neighbour = std::as_const(impl_->sessions).find(id);
    return neighbour == nullptr ? nullptr : &neighbour->info;
}

std::vector<SessionInfo> Router::sessions() const {
    std::vector<SessionInfo> infos;
    infos.reserve(impl_->sessions.open_sessions().size());
    for (const SessionId id : impl_->sessions.open_sessions()) {
        infos.push_back(impl_->sessions.find(id)->info);
    }
    std::ranges::sort(infos, {}, &SessionInfo::id);
    return infos;
}

std::size_t Router::session_count() const {
    return impl_->sessions.size();
}

void Router::Impl::ping_came(Neighbour& from, const wire::Message& message, const wire::Ping& ping, TimePoint now,
                             const Library& library, Actions& out) {
    if (from.gnutella) {
        gnutella_ping_came(from, message, ping, now, library, out);
        return;
    }
    const bool opens = from.machine.ping_came() == SessionMachine::Step::answer_and_open;
    if (opens) {
        learn(from.info, ping.from, ping.introduction);
        if (welcome(from, now, out) == Welcome::no) {
            return;
        }
    }
    send(from, own.pong(from, message.id_text, library, hosts), Priority::control, out);
    if (opens) {
        open(from, now, out);
    }
}

void Router::Impl::pong_came(Neighbour& from, const wire::Message& message, const wire::Pong& pong, TimePoint now,
                             Actions& out) {
    if (from.gnutella) {
        gnutella_pong_came(from, message, pong);
        return;
    }
    const PeerKind kind = pong.introduction.version == 0 ? PeerKind::legacy : PeerKind::modern;
    const SessionMachine::Step step = from.machine.pong_came(message.id, kind);
    if (step == SessionMachine::Step::refuse) {
        reject(from, "a session begins with PING", Error::bad_message, now, out);
        return;
    }
    if (step == SessionMachine::Step::unexpected) {
        ++counters.unexpected_pongs;
        return;
    }
    from.info.files = pong.files;
    from.info.bytes = pong.bytes;
    if (step == SessionMachine::Step::open) {
        learn(from.info, pong.from, pong.introduction);
        from.info.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(now - from.machine.began());
        if (welcome(from, now, out) == Welcome::no) {
            return;
        }
        open(from, now, out);
    }
    learn_hosts(hosts, pong, from.address);
}

void Router::Impl::bye_came(Neighbour& from, const wire::Bye& bye, TimePoint now, Actions& out) {
    const Error reason = reason_of(bye, from.machine.state());
    out.closes.push_back({from.info.id, reason});
    forget(from, reason, to_one_line(bye.reason), now, out);
}

Router::Impl::Welcome Router::Impl::welcome(Neighbour& neighbour, TimePoint now, Actions& out) {
    const std::optional<Guid> peer = neighbour.info.peer;
    if (!peer) {
        return Welcome::yes;
    }
    if (*peer == identity) {
        say_bye_and_close(neighbour, ByeCode::connected_to_self, "this is you yourself", Error::connected_to_self, now,
                          out);
        return Welcome::no;
    }
    Neighbour* other = sessions.open_with(*peer);
    if (other == nullptr) {
        return Welcome::yes;
    }
    if (is_better(neighbour, *other)) {
        say_bye_and_close(*other, ByeCode::already_connected, "already connected", Error::already_connected, now, out);
        return Welcome::yes;
    }
    say_bye_and_close(neighbour, ByeCode::already_connected, "already connected", Error::already_connected, now, out);
    return Welcome::no;
}

bool Router::Impl::is_better(const Neighbour& opening, const Neighbour& other) const {
    // When both sides connect at once, each may have answered the other's PING before it gets its own PONG. Both then
    // keep the session whose initiator has the greater identity. Of two with the same initiator the far end, which
    // refuses a second one, has lost the older.
    const bool crossed = other.info.direction != opening.info.direction;
    const bool ours = opening.info.direction == Direction::outgoing;
    if (crossed && opening.gnutella) {
        // Here both ends see either of them open first, since the handshake is over when a session begins.
        return ours ? identity > *opening.info.peer : *opening.info.peer > identity;
    }
    return ours && (!crossed || identity > *opening.info.peer);
}

void Router::Impl::open(Neighbour& neighbour, TimePoint now, Actions& out) {
    sessions.open(neighbour);
    guard.session_opened(neighbour.address);
    had_neighbours = true;
    arm(neighbour, now);
    const Endpoint host{neighbour.info.remote.host, neighbour.info.listens.port};
    if (neighbour.info.direction == Direction::outgoing) {
        hosts.reached(host, neighbour.dialect());
    } else if (neighbour.info.role != Role::leaf) {  // which takes no sessions
        hosts.heard_of(host, neighbour.dialect());
    }
    target_opened(neighbour.target, now);
    out.opened.push_back({neighbour.info});
    if (neighbour.gnutella) {
        greet_gnutella(neighbour, now, out);
    }
    send_running_queries(neighbour, out);
}

void Router::Impl::ping(Neighbour& neighbour, TimePoint now, Actions& out) {
    if (neighbour.gnutella) {
        ping_gnutella(neighbour, 1, out);
        neighbour.machine.pinged(neighbour.gnutella->pings_sent[0].id, now);
        return;
    }
    const Guid id = random.guid();
    neighbour.machine.pinged(id, now);
    send(neighbour, own.ping(neighbour, id), Priority::control, out);
}

void Router::Impl::session_is_due(Neighbour& neighbour, TimePoint now, Actions& out) {
    switch (neighbour.machine.time_came(times, now)) {
        case SessionMachine::Step::ping:
            ping(neighbour, now, out);
            break;
        case SessionMachine::Step::give_up:
            say_bye_and_close(neighbour, ByeCode::timed_out, "no answer in time", neighbour.machine.failure(), now,
                              out);
            return;
        default:
            break;
    }
    arm(neighbour, now);
}

void Router::Impl::arm(Neighbour& neighbour, TimePoint now) {
    // Never for now or earlier, or tick() would not end.
    const TimePoint at = std::max(neighbour.machine.deadline(times), now + std::chrono::milliseconds(1));
    deadlines.arm(neighbour.info.id, neighbour.timer, at);
}

void Router::Impl::send(Neighbour& to, wire::Frame frame, Priority priority, Actions& out) {
    ++counters.messages_sent;
    out.sends.push_back({to.info.id, std::move(frame), priority});
}

void Router::Impl::reject(Neighbour& neighbour, std::string_view problem, error_code reason, TimePoint now,
                          Actions& out) {
    ++counters.bad_messages;
    say_bye_and_close(neighbour, ByeCode::bad_message, problem, reason, now, out);
}

void Router::Impl::say_bye_and_close(Neighbour& neighbour, ByeCode code, std::string_view text, error_code reason,
                                     TimePoint now, Actions& out) {
    if (!neighbour.gnutella) {
        send(neighbour, own.bye(neighbour, code, text), Priority::control, out);
    } else if (neighbour.gnutella->takes_bye) {
        send(neighbour, binary.bye(code, text), Priority::control, out);
    }
    out.closes.push_back({neighbour.info.id, reason});
    forget(neighbour, reason, {}, now, out);
}

void Router::Impl::forget(Neighbour& neighbour, error_code reason, std::string_view text, TimePoint now, Actions& out) {
    const SessionId id = neighbour.info.id;
    const std::optional<Endpoint> target = neighbour.target;
    const Ended when = neighbour.machine.is_open() ? Ended::open : Ended::opening;
    const bool goes_on = neighbour.dialect_follows && when == Ended::opening && reason != Error::connected_to_self &&
                         reason != Error::already_connected && reason != Error::stopped;
    if (when == Ended::open) {
        guard.session_closed(neighbour.address);
        if (neighbour.gnutella) {
            --(neighbour.gnutella->role == Role::leaf ? leaves : ultrapeers);
            leaf_tables_changed |= neighbour.gnutella->role == Role::leaf;
            pongs.forget(id);
        }
    }
    if (reason == Error::connected_to_self && neighbour.info.direction == Direction::outgoing) {
        hosts.is_self(neighbour.info.remote);
    }
    deadlines.disarm(id, neighbour.timer);
    out.closed.push_back({neighbour.info, when == Ended::open, reason, std::string(text)});
    sessions.remove(id);
    if (!goes_on) {
        attempt_ended(target, when, reason, now, out);
    }
}

}  // namespace gnutella::overlay
