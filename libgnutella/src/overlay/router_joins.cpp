// Which neighbours to have: those that a user wants, and remembered hosts when none is left.

#include "overlay/router_impl.hpp"

namespace gnutella::overlay {

void Router::join(const Endpoint& neighbour, TimePoint now, Actions& out) {
    if (impl_->stopped) {
        return;
    }
    impl_->had_neighbours = true;
    impl_->joins.want(neighbour, now);
    impl_->connect_due(now, out);
}

void Router::leave(const Endpoint& neighbour) {
    impl_->joins.forget(neighbour);
}

void Router::connect_failed(const Endpoint& to, error_code reason, TimePoint now, Actions& out) {
    impl_->attempt_ended(to, Impl::Ended::opening, reason, now, out);
}

void Router::remember_hosts(const std::vector<KnownHost>& hosts) {
    // Each goes before those that are there: the best comes last.
    for (auto known = hosts.rbegin(); known != hosts.rend(); ++known) {
        impl_->hosts.heard_of(known->host, known->dialect);
    }
}

std::vector<KnownHost> Router::known_hosts() const {
    return impl_->hosts.all();
}

void Router::Impl::attempt_ended(const std::optional<Endpoint>& target, Ended when, error_code reason, TimePoint now,
                                 Actions& out) {
    if (stopped) {
        return;
    }
    if (when == Ended::open) {
        joins.session_lost(now, random);
    }
    if (target && reason == Error::connected_to_self) {
        hosts.is_self(*target);
    }
    if (target && seeker.is_trying(*target)) {
        hosts.failed(*target);
        seeker.tried(hosts.size(), now, random);
    }
    if (target) {
        wanted_ended(*target, when, reason, now, out);
    }
    if (wants_sessions()) {
        seeker.begin(hosts.size(), now, random);
    }
}

void Router::Impl::wanted_ended(const Endpoint& target, Ended when, error_code reason, TimePoint now, Actions& out) {
    if (reason == Error::connected_to_self) {
        if (joins.wants(target)) {
            joins.forget(target);
            out.joins_failed.push_back({target, reason});
        }
    } else if (when == Ended::open) {
        joins.lost(target, now, random);
    } else if (reason == Error::already_connected) {
        joins.reached_otherwise(target, now, random);
    } else if (joins.failed(target, now, random)) {
        out.joins_failed.push_back({target, reason});
    }
}

void Router::Impl::target_opened(const std::optional<Endpoint>& target, TimePoint now) {
    if (target) {
        joins.opened(*target, now);
    }
    const bool sought = target && seeker.is_trying(*target);
    if (wants_sessions()) {
        if (sought) {
            seeker.tried(hosts.size(), now, random);
        }
    } else if (sought) {
        seeker.opened(now);
    } else {
        seeker.end();
    }
}

void Router::Impl::connect_due(TimePoint now, Actions& out) {
    while (const auto neighbour = joins.take_due(now)) {
        out.connects.push_back({*neighbour});
    }
    if (!seeker.due(now)) {
        return;
    }
    if (!wants_sessions()) {
        seeker.end();
        return;
    }
    if (const auto host = host_to_try()) {
        seeker.trying(*host);
        out.connects.push_back({*host});
    } else {
        seeker.tried(hosts.size(), now, random);
    }
}

// The best of the remembered hosts that is neither wanted anyway nor a neighbour.
std::optional<Endpoint> Router::Impl::host_to_try() const {
    std::optional<Endpoint> best;
    hosts.visit([&](const KnownHost& known) {
        const Endpoint& host = known.host;
        bool taken = joins.wants(host);
        for (const SessionId id : sessions.open_sessions()) {
            const SessionInfo& info = sessions.find(id)->info;
            taken = taken || (info.remote.host == host.host && info.listens.port == host.port);
        }
        if (!taken) {
            best = host;
        }
        return taken;
    });
    return best;
}

bool Router::Impl::wants_sessions() const {
    return had_neighbours && !stopped && sessions.open_sessions().size() < settings.min_sessions;
}

}  // namespace gnutella::overlay
