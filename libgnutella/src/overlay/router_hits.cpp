// Hits on their way back, in both dialects: docs/json-dialect.md, "Answering" and "The bridge"; 0.6, 2.2.7.1.

#include "overlay/bridge.hpp"
#include "overlay/router_impl.hpp"
#include "wire/forward.hpp"
#include "wire/gnutella/gnutella_encoder.hpp"
#include "wire/ip_text.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace gnutella::overlay {

namespace {

// The address of the neighbour, for a hit of its own that does not say where its files are.
std::string_view host_of_own_hit(const Neighbour& from, const wire::Message& message) {
    return from.gnutella && message.hops > 0 ? std::string_view() : std::string_view(from.info.remote.host);
}

}  // namespace

void Router::Impl::hit_came(Neighbour& from, const wire::Message& message, const wire::QueryHit& hit, TimePoint now,
                            Actions& out) {
    if (local_queries.running(message.id)) {
        if (from.gnutella && hit.peer) {
            learn_push_route(*hit.peer, from.info.id, now);
        }
        take_hit(message, hit, host_of_own_hit(from, message), out);
        return;
    }
    RouteTable::Route* route = routes.find(message.id, now);
    Neighbour* to = route == nullptr ? nullptr : sessions.find(route->from);
    // Back to where it comes from it would only go round.
    if (to == nullptr || to == &from) {
        ++counters.unexpected_hits;
        return;
    }
    if (route->hits >= settings.max_hits_per_query) {
        ++counters.excess_hits;
        return;
    }
    ++route->hits;
    if (from.gnutella && hit.peer) {
        learn_push_route(*hit.peer, from.info.id, now);
    }
    if (to->gnutella) {
        hit_to_gnutella(*to, message, hit, out);
    } else {
        hit_to_json(from, *to, *route, message, hit, now, out);
    }
}

void Router::Impl::take_hit(const wire::Message& message, const wire::QueryHit& hit, std::string_view neighbour_host,
                            Actions& out) {
    // Two that cannot be connected to have no way to one another. In Gnutella the query has said so.
    const bool firewalled = hit.state.firewalled == true && settings.reachability == Reachability::firewalled;
    if (firewalled && message.dialect == Dialect::json) {
        ++counters.unreachable_hits;
        return;
    }
    counters.excess_hits += local_queries.take(message.id, hit, neighbour_host, out.hits, message.dialect);
}

void Router::Impl::hit_to_gnutella(Neighbour& to, const wire::Message& message, const wire::QueryHit& hit,
                                   Actions& out) {
    if (message.dialect == Dialect::gnutella) {
        // A leaf has sent no query on, and what it sent would end its session.
        if (message.hops == UINT8_MAX || settings.role == Role::leaf) {
            ++counters.unexpected_hits;
            return;
        }
        ++counters.hits_routed;
        // Its way back ends by itself, with the query's: a TTL that was too low is let pass (0.6, 2.2.7.3).
        const auto ttl = static_cast<std::uint8_t>(std::max(1, message.ttl - 1));
        const auto hops = static_cast<std::uint8_t>(message.hops + 1);
        send(to, wire::encode_forward(message, ttl, hops), hit_priority(hops), out);
        return;
    }
    // A numeric address, or the binary dialect cannot say it; a legacy peer's has no results. In JSON no way for a Push
    // is remembered: it goes by a proxy.
    const HitSource source(hit, {});
    const PushWay pushes = push_proxies_of(hit).empty() ? PushWay::none : PushWay::some;
    const bool sayable = hit.state.firewalled == true || wire::parse_ip(source.host());
    if (!sayable || obstacle_of(hit, source, pushes) != Obstacle::none) {
        ++counters.unreachable_hits;
        return;
    }
    ++counters.hits_bridged;
    for (wire::Frame& frame : binary.hits({message.id, settings.max_ttl, 0}, hit)) {
        send(to, std::move(frame), hit_priority(0), out);
    }
}

void Router::Impl::hit_to_json(Neighbour& from, Neighbour& to, RouteTable::Route& route, const wire::Message& message,
                               const wire::QueryHit& hit, TimePoint now, Actions& out) {
    const bool wanted_raw = route.origin && !route.origin->wanted.empty();
    if (wanted_raw && (message.dialect == Dialect::gnutella || !hit.results.empty())) {
        hit_for_legacy_asker(from, to, route, message, hit, now, out);
        return;
    }
    if (message.dialect == Dialect::json) {
        ++counters.hits_routed;
        send_json_hit(to, route, wire::encode_forward(message, message.ttl, message.hops), out);
        return;
    }
    const HitSource source(hit, host_of_own_hit(from, message));
    const std::vector<Endpoint> proxies = proxies_for(to, hit);
    const PushWay pushes = proxies.empty() ? PushWay::none : PushWay::some;
    if (obstacle_of(hit, source, pushes) != Obstacle::none) {
        ++counters.unreachable_hits;
        return;
    }
    const std::string id =
        route.origin && !route.origin->id_text.empty() ? route.origin->id_text : message.id.to_string();
    auto frames =
        hits_in_json(id, hit, source, proxies, std::min<std::size_t>(settings.max_message_size, max_datagram));
    if (frames.empty()) {
        ++counters.unreachable_hits;
        return;
    }
    ++counters.hits_bridged;
    if (RouteTable::Route* way = pushes == PushWay::some ? push_routes.find(*hit.peer, now) : nullptr) {
        way->bridged = true;
    }
    for (wire::Frame& frame : frames) {
        send_json_hit(to, route, std::move(frame), out);
    }
}

void Router::Impl::send_json_hit(Neighbour& to, const RouteTable::Route& route, wire::Frame frame, Actions& out) {
    const bool by_datagram = route.origin && route.origin->asker && route.origin->wanted.empty();
    if (!by_datagram) {
        send(to, std::move(frame), Priority::hit, out);
    } else if (frame.size() <= max_datagram) {
        out.datagrams.push_back({*route.origin->asker, std::move(frame)});
    } else {
        ++counters.unreachable_hits;
    }
}

// A legacy asker takes one raw file, of exactly the name that it asked for: the first that can be had, and verified.
void Router::Impl::hit_for_legacy_asker(Neighbour& from, Neighbour& to, RouteTable::Route& route,
                                        const wire::Message& message, const wire::QueryHit& hit, TimePoint now,
                                        Actions& out) {
    RouteTable::Origin& origin = *route.origin;
    const HitSource source(hit, host_of_own_hit(from, message));
    const auto file = std::ranges::find_if(hit.results, [&origin](const wire::Result& result) {
        return result.name == origin.wanted && result.urn && result.size <= max_datagram;
    });
    // It is this node that fetches: who is firewalled is sent a Push along the way that the hit came, or by a proxy.
    const bool way = message.dialect == Dialect::gnutella || !hit.push_proxies.empty();
    const PushWay pushes = way && settings.reachability == Reachability::open ? PushWay::some : PushWay::none;
    const bool usable = obstacle_of(hit, source, pushes) == Obstacle::none && file != hit.results.end();
    if (origin.found || !origin.asker || !usable) {
        ++counters.unreachable_hits;
        return;
    }
    Hit found = peer_of_hit(hit, source, message.dialect);
    // Who answers his own question would have us connect to whomever he names.
    const auto admits = [&](const Endpoint& host) {
        const auto address = wire::parse_ip(host.host);
        return address && fetch_guard.allow(*address, host.port, from.address, now) == PushGuard::Verdict::allowed;
    };
    if (!admits(found.source)) {
        if (!found.firewalled) {
            ++counters.unreachable_hits;
            return;
        }
        found.source = {{}, 0};  // who may be said to be in a network of his own: he can but come to us
        found.key.reset();
    }
    std::erase_if(found.push_proxies, std::not_fn(admits));
    origin.found = true;
    ++counters.hits_bridged;
    found.name = file->name;
    found.size = file->size;
    found.urn = file->urn;
    found.index = file->index;
    if (found.key) {
        found.transports.push_back(Transport::quic);
    }
    found.transports.push_back(Transport::http);
    const Library::Match match{.name = file->name, .size = file->size, .urn = file->urn};
    send(to, own.legacy_hit(to, origin.id_text.empty() ? message.id.to_string() : origin.id_text, &match),
         Priority::hit, out);
    out.fetches.push_back({std::move(found), *origin.asker});
}

}  // namespace gnutella::overlay
