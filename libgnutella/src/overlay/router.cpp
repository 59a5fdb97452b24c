#include "overlay/router.hpp"

#include "overlay/router_impl.hpp"

#include <algorithm>

namespace gnutella::overlay {

namespace {

// Sequences of patches that a neighbour may send of its query routing table: one costs up to ten milliseconds. Others
// send one in ten seconds, if that.
constexpr std::size_t tables_per_second = 1;
constexpr std::size_t table_burst = 10;

}  // namespace

Router::Impl::Impl(const Settings& the_settings, Guid the_identity, std::uint16_t port, std::uint64_t seed)
    : settings(the_settings),
      identity(the_identity),
      times{settings.handshake_timeout, settings.ping_interval, settings.max_unanswered_pings},
      query_rate(settings.queries_per_second, settings.query_burst),
      ping_rate(settings.pings_per_second, settings.ping_burst),
      table_rate(tables_per_second, table_burst),
      random(seed),
      own(settings, identity, port),
      binary(settings, identity, port),
      sessions(random),
      routes(settings.max_routes, settings.route_lifetime, random),
      push_routes(settings.max_push_routes, settings.route_lifetime, random),
      local_queries(settings.max_hits_per_query, random),
      hosts(settings.max_known_hosts),
      joins(settings.retry_interval, settings.max_retry_interval),
      seeker(settings.retry_interval, settings.max_retry_interval),
      guard(settings.datagrams_per_second, settings.max_datagram_addresses),
      push_guard(settings.pushes_per_second),
      proxy_guard(settings.pushes_per_second),
      fetch_guard(settings.pushes_per_second) {}

Router::Router(const Settings& settings, Guid identity, std::uint16_t port, std::uint64_t seed)
    : impl_(std::make_unique<Impl>(settings, identity, port, seed)) {}

Router::~Router() = default;

bool Router::allow_datagram(const wire::IpAddress& to, TimePoint now) {
    switch (impl_->guard.allow(to, now)) {
        case DatagramGuard::Verdict::allowed:
            return true;
        case DatagramGuard::Verdict::refused:
            ++impl_->counters.refused_datagrams;
            return false;
        case DatagramGuard::Verdict::excess:
            ++impl_->counters.excess_datagrams;
            return false;
    }
    return false;
}

void Router::tick(TimePoint now, const Library& library, Actions& out) {
    while (const auto due = impl_->deadlines.due(now)) {
        impl_->session_is_due(*impl_->sessions.find(*due), now, out);
    }
    if (impl_->next_update <= now) {
        impl_->update_neighbours(now, library, out);
    }
    impl_->connect_due(now, out);
}

TimePoint Router::next_deadline() const {
    return std::min(
        {impl_->deadlines.earliest(), impl_->joins.next_deadline(), impl_->seeker.next_deadline(), impl_->next_update});
}

Counters Router::counters() const {
    Counters all = impl_->counters;
    all.routes_forgotten = impl_->routes.forgotten() + impl_->push_routes.forgotten();
    all.hosts_forgotten = impl_->hosts.forgotten();
    return all;
}

}  // namespace gnutella::overlay
