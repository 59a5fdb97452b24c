// Pushes (0.6, 2.2.8): passed on along the way that the servent's hits came, heeded when they are for this node, and
// sent. And push proxies, which pass them on to their leaves.

#include "overlay/bridge.hpp"
#include "overlay/router_impl.hpp"
#include "wire/forward.hpp"
#include "wire/gnutella/gnutella_encoder.hpp"
#include "wire/gnutella/message_header.hpp"
#include "wire/ip_text.hpp"

#include <algorithm>
#include <utility>

namespace gnutella::overlay {

bool Router::push(const Guid& servent, std::uint32_t index, TimePoint now, Actions& out) {
    Neighbour* to = impl_->way_to(servent, now);
    if (to == nullptr) {
        return false;
    }
    const Guid id = wire::marked_as_modern(impl_->random.guid());
    impl_->send(*to, impl_->binary.push(*to, id, servent, index), Priority::push, out);
    return true;
}

bool Router::proxy_push(const Guid& servent, std::uint32_t index, const Endpoint& to, TimePoint now, Actions& out) {
    Neighbour* const neighbour = impl_->proxied_by(servent, now);
    auto address = wire::parse_ip(to.host);
    if (neighbour == nullptr || !address) {
        return false;
    }
    const bool itself = neighbour->info.peer == servent;
    if (!itself && !impl_->admits_push(impl_->proxy_guard, *address, to.port, *address, now)) {
        return false;
    }
    // Who asks from this machine is found where this machine is.
    if (address->is_loopback() && !neighbour->address.is_loopback()) {
        address = impl_->binary.listening_at(*neighbour).address;
    }
    wire::Push push;
    push.target = servent;
    push.index = index;
    push.to = {{}, to.port, *address};
    const Guid id = wire::marked_as_modern(impl_->random.guid());
    const std::uint8_t ttl = itself ? 1 : impl_->settings.max_ttl;
    impl_->send(*neighbour, wire::encode_binary({id, ttl, 0}, push), Priority::push, out);
    return true;
}

void Router::Impl::push_came(Neighbour& from, const wire::Message& message, const wire::Push& push, TimePoint now,
                             Actions& out) {
    if (push.target == identity) {
        heed_push(from, push, now, out);
        return;
    }
    Neighbour* to = way_to(push.target, now);
    const bool carries = settings.role == Role::ultrapeer && message.hops < UINT8_MAX;
    if (to == nullptr || to == &from || !carries) {
        ++counters.unroutable_pushes;
        return;
    }
    // As the proxy of whom it is for we are asked to pass it on whatever its TTL.
    if (message.ttl <= 1 && to->info.peer != push.target) {
        ++counters.unroutable_pushes;
        return;
    }
    ++counters.pushes_routed;
    const auto ttl = static_cast<std::uint8_t>(std::clamp<int>(message.ttl - 1, 1, settings.max_ttl));
    send(*to, wire::encode_forward(message, ttl, static_cast<std::uint8_t>(message.hops + 1)), Priority::push, out);
}

void Router::Impl::heed_push(const Neighbour& from, const wire::Push& push, TimePoint now, Actions& out) {
    const wire::IpAddress to = push.to.address.value_or(wire::IpAddress{});
    if (admits_push(push_guard, to, push.to.port, from.address, now)) {
        ++counters.pushes_heeded;
        out.pushes.push_back({{std::string(wire::IpText(to).view()), push.to.port}, push.index});
    }
}

bool Router::Impl::admits_push(PushGuard& by, const wire::IpAddress& to, std::uint16_t port,
                               const wire::IpAddress& from, TimePoint now) {
    const PushGuard::Verdict verdict = by.allow(to, port, from, now);
    counters.refused_pushes += verdict == PushGuard::Verdict::refused;
    counters.excess_pushes += verdict == PushGuard::Verdict::excess;
    return verdict == PushGuard::Verdict::allowed;
}

Neighbour* Router::Impl::way_to(const Guid& servent, TimePoint now) {
    Neighbour* to = sessions.open_with(servent);
    if (to == nullptr) {
        const RouteTable::Route* route = push_routes.find(servent, now);
        to = route == nullptr ? nullptr : sessions.find(route->from);
    }
    return to != nullptr && to->gnutella ? to : nullptr;
}

void Router::Impl::learn_push_route(const Guid& servent, SessionId session, TimePoint now) {
    if (servent.is_nil() || servent == identity) {
        return;
    }
    if (!push_routes.insert(servent, session, now)) {
        RouteTable::Route* known = push_routes.find(servent, now);
        if (known != nullptr && sessions.find(known->from) == nullptr) {
            known->from = session;  // the way that it came before is gone
        }
    }
}

std::vector<Endpoint> Router::Impl::proxies_for(const Neighbour& to, const wire::QueryHit& hit) const {
    std::vector<Endpoint> proxies;
    if (hit.state.firewalled != true) {
        return proxies;
    }
    const wire::PackedHost here = binary.listening_at(to);
    if (settings.reachability == Reachability::open && here.address != wire::IpAddress::v4({0, 0, 0, 0})) {
        proxies.emplace_back(std::string(wire::IpText(here.address).view()), here.port);
    }
    for (Endpoint& proxy : push_proxies_of(hit)) {
        if (proxies.size() < wire::max_push_proxies && std::ranges::find(proxies, proxy) == proxies.end()) {
            proxies.push_back(std::move(proxy));
        }
    }
    return proxies;
}

Neighbour* Router::Impl::proxied_by(const Guid& servent, TimePoint now) {
    Neighbour* const to = way_to(servent, now);
    if (to == nullptr || to->info.peer == servent) {
        return to;
    }
    return push_routes.find(servent, now)->bridged ? to : nullptr;
}

std::vector<wire::PackedHost> Router::Impl::push_proxies() const {
    static constexpr std::size_t max_told = 4;
    std::vector<wire::PackedHost> proxies;
    for (const SessionId id : sessions.open_sessions()) {
        const Neighbour& neighbour = *sessions.find(id);
        if (neighbour.gnutella && neighbour.gnutella->push_proxy && proxies.size() < max_told) {
            proxies.push_back(*neighbour.gnutella->push_proxy);
        }
    }
    return proxies;
}

}  // namespace gnutella::overlay
