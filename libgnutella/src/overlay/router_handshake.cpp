// What is said in a handshake of Gnutella 0.6 (0.6, 2.1 and 3.2.1), and with whom there is a session.

#include "overlay/host_policy.hpp"
#include "overlay/router_impl.hpp"
#include "wire/ip_text.hpp"

#include <algorithm>

namespace gnutella::overlay {

namespace {

constexpr std::size_t max_ultrapeers_told = 10;

Router::HandshakeVerdict refusal(wire::HandshakeHeaders ours, std::uint16_t code, std::string_view text, Error reason) {
    Router::HandshakeVerdict verdict;
    verdict.refusal = wire::HandshakeRefusal{code, std::string(text)};
    verdict.reason = reason;
    verdict.ours = std::move(ours);
    return verdict;
}

}  // namespace

wire::HandshakeHeaders Router::greeting(const HandshakeContext& context) const {
    const Settings& settings = impl_->settings;
    wire::HandshakeHeaders headers;
    headers.user_agent = settings.agent;
    headers.ultrapeer = settings.role == Role::ultrapeer;
    headers.remote_ip = context.remote_address;
    headers.guid = impl_->identity;
    const wire::PackedHost here = impl_->binary.listening_at(context.local.host);
    const bool connectable = settings.reachability == Reachability::open && settings.may_be_remembered;
    if (connectable && here.address != wire::IpAddress::v4({0, 0, 0, 0})) {
        headers.listens = Endpoint{std::string(wire::IpText(here.address).view()), here.port};
    }
    headers.accepts_deflate = true;
    headers.sends_deflate = true;
    headers.ggep = {0, 5};
    headers.pong_caching = {0, 1};
    headers.bye_packet = {0, 1};
    headers.vendor_message = {0, 2};
    headers.query_routing = {0, 2};
    headers.max_ttl = settings.max_ttl;
    if (settings.role == Role::ultrapeer) {
        // Never "False" to one that we would have as an ultrapeer: gtk-gnutella takes that for a refusal.
        if (impl_->place_for(Role::ultrapeer) == Impl::Place::free) {
            headers.ultrapeer_needed = true;
        }
        headers.ultrapeer_query_routing = {0, 1};
        headers.dynamic_querying = {0, 1};
        headers.ext_probes = {0, 1};
        headers.degree = static_cast<std::uint16_t>(std::min<std::size_t>(settings.max_ultrapeers, UINT16_MAX));
    }
    return headers;
}

Router::HandshakeVerdict Router::judge(const HandshakeContext& context, const wire::HandshakeHeaders& theirs) const {
    wire::HandshakeHeaders ours = greeting(context);
    const auto too_many = [&](std::string_view text) {
        HandshakeVerdict verdict = refusal(std::move(ours), 503, text, Error::too_many_sessions);
        verdict.try_ultrapeers = impl_->ultrapeers_to_try();
        // What stands in our own network is nothing to strangers.
        std::erase_if(verdict.try_ultrapeers,
                      [&](const Endpoint& host) { return !may_be_told(host, context.remote_address); });
        return verdict;
    };
    if (impl_->stopped) {
        return refusal(std::move(ours), 503, "Shutting down", Error::stopped);
    }
    if (theirs.guid == impl_->identity) {
        return refusal(std::move(ours), 409, "Connected to oneself", Error::connected_to_self);
    }
    if (theirs.crawler) {
        return too_many("Whom to try is all that is told to a crawler");
    }
    const bool known = theirs.guid && impl_->sessions.has_open_with(*theirs.guid);
    if (known || (theirs.listens && impl_->open_at({context.remote.host, theirs.listens->port}) != nullptr)) {
        return refusal(std::move(ours), 409, "Already connected", Error::already_connected);
    }
    if (context.room == Room::none || impl_->sessions.size() >= impl_->settings.max_sessions) {
        return too_many("Too many sessions");
    }
    // A leaf is content with nothing but an ultrapeer that says so.
    if (impl_->settings.role == Role::leaf && theirs.ultrapeer != true) {
        return too_many("I am a leaf");
    }
    switch (impl_->place_for(GnutellaPeer::role_of(theirs))) {
        case Impl::Place::free:
            break;
        case Impl::Place::no_leaves:
            return too_many("Too many leaves");
        case Impl::Place::no_ultrapeers:
            return too_many("Too many ultrapeers");
        case Impl::Place::leaf_here:
            return too_many("I am a leaf");
    }
    HandshakeVerdict verdict;
    verdict.ours = std::move(ours);
    return verdict;
}

void Router::refused_handshake(const wire::IpAddress& by, const std::vector<Endpoint>& try_instead) {
    for (const Endpoint& host : try_instead) {
        if (const auto address = wire::parse_ip(host.host)) {
            impl_->told_of(*address, host.port, by);
        }
    }
}

std::vector<Dialect> Router::dialects_for(const Endpoint& host) const {
    std::vector<Dialect> dialects = impl_->settings.dialects;
    const auto known = std::ranges::find(dialects, impl_->hosts.dialect_of(host));
    if (known != dialects.end()) {
        std::rotate(dialects.begin(), known, std::next(known));
    }
    return dialects;
}

Router::Impl::Place Router::Impl::place_for(Role role) const {
    if (role == Role::leaf) {
        if (settings.role == Role::leaf) {
            return Place::leaf_here;
        }
        return leaves < settings.max_leaves ? Place::free : Place::no_leaves;
    }
    return ultrapeers < settings.max_ultrapeers ? Place::free : Place::no_ultrapeers;
}

const Neighbour* Router::Impl::open_at(const Endpoint& listens) const {
    if (!speaks_gnutella() || listens.port == 0) {
        return nullptr;
    }
    for (const SessionId id : sessions.open_sessions()) {
        const Neighbour& neighbour = *sessions.find(id);
        if (neighbour.gnutella && neighbour.info.remote.host == listens.host &&
            neighbour.info.listens.port == listens.port) {
            return &neighbour;
        }
    }
    return nullptr;
}

// Neighbours first: they are there.
std::vector<Endpoint> Router::Impl::ultrapeers_to_try() const {
    std::vector<Endpoint> found;
    const auto add = [&found](const Endpoint& host) {
        if (host.port != 0 && std::ranges::find(found, host) == found.end()) {
            found.push_back(host);
        }
        return found.size() < max_ultrapeers_told;
    };
    for (const SessionId id : sessions.open_sessions()) {
        const Neighbour& neighbour = *sessions.find(id);
        if (neighbour.gnutella && neighbour.gnutella->role == Role::ultrapeer &&
            !add({neighbour.info.remote.host, neighbour.info.listens.port})) {
            break;
        }
    }
    if (found.size() < max_ultrapeers_told) {
        hosts.visit([&](const KnownHost& known) {
            const bool usable = known.dialect == Dialect::gnutella && wire::parse_ip(known.host.host);
            return !usable || add(known.host);
        });
    }
    return found;
}

}  // namespace gnutella::overlay
