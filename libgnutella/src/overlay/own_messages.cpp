#include "overlay/own_messages.hpp"

#include "overlay/host_policy.hpp"
#include "wire/ip_text.hpp"
#include "wire/json_encoder.hpp"

#include <algorithm>
#include <string>

namespace gnutella::overlay {

namespace {

constexpr std::uint32_t extensions_version = 1;
}  // namespace

std::string_view OwnMessages::host_for(const Neighbour& neighbour) const {
    return settings_.announced_host.empty() ? neighbour.local_host : settings_.announced_host;
}

wire::Introduction OwnMessages::introduction(const Neighbour& to) const {
    if (to.kind() == PeerKind::legacy) {
        return {};
    }
    return {extensions_version, settings_.agent, identity_};
}

wire::Frame OwnMessages::ping(const Neighbour& to, const Guid& id) const {
    return wire::encode_ping(id.to_string(), {introduced(to), introduction(to)});
}

wire::Frame OwnMessages::pong(const Neighbour& to, std::string_view id, const Library& library,
                              const HostCache& hosts) const {
    wire::Pong pong{introduced(to), introduction(to), 0, 0, {}};
    if (to.kind() == PeerKind::legacy) {
        return wire::encode_pong(id, pong);
    }
    pong.files = library.files();
    pong.bytes = library.bytes();
    const Endpoint itself{to.info.remote.host, to.info.listens.port};
    std::vector<std::string> texts;
    texts.reserve(settings_.max_pong_hosts);
    hosts.visit([&](const KnownHost& known) {
        if (texts.size() == settings_.max_pong_hosts) {
            return false;
        }
        // What stands in our own network is nothing to strangers.
        if (known.host != itself && may_be_told(known.host, to.address)) {
            texts.push_back(known.host.to_string());
        }
        return true;
    });
    pong.hosts.assign(texts.begin(), texts.end());
    return wire::encode_pong(id, pong);
}

wire::Frame OwnMessages::bye(const Neighbour& to, ByeCode code, std::string_view reason) const {
    return wire::encode_bye(sender(to), {static_cast<std::uint16_t>(code), reason});
}

wire::Frame OwnMessages::query(std::string_view host, const Router::LocalQuery& query) const {
    wire::Query message{{host, query.inbox_port}, query.text, query.urn, true};
    if (settings_.reachability == Reachability::firewalled) {
        message.flags = message.flags.with(wire::QueryFlag::firewalled);
    }
    return wire::encode_query(query.id.to_string(), message, settings_.max_ttl, 0);
}

wire::Frame OwnMessages::hit(const Neighbour& to, std::string_view id, const std::vector<Library::Match>& matches,
                             std::span<const wire::PackedHost> push_proxies) const {
    wire::QueryHit hit{sender(to), true, identity_, {}, {}, {}};
    hit.client = settings_.agent;
    std::vector<std::string> texts;
    if (settings_.reachability == Reachability::firewalled) {
        hit.state.firewalled = true;
        texts.reserve(push_proxies.size());
        for (const wire::PackedHost& proxy : push_proxies) {
            const Endpoint endpoint{std::string(wire::IpText(proxy.address).view()), proxy.port};
            hit.push_proxies.push_back(texts.emplace_back(endpoint.to_string()));
        }
    }
    for (const Transport transport : settings_.transports) {
        if (transport == Transport::quic && key_) {
            hit.transports.add(transport);
            hit.key = key_;
        } else if (transport == Transport::http) {
            hit.transports.add(transport);
        }
    }
    const std::size_t most = std::min({matches.size(), settings_.max_results, wire::max_json_results});
    hit.results.reserve(most);
    for (std::size_t at = 0; at < most; ++at) {
        hit.results.push_back({matches[at].name, matches[at].size, matches[at].urn});
    }
    const std::size_t room = std::min<std::size_t>(settings_.max_message_size, max_datagram);
    wire::Frame frame = wire::encode_query_hit(id, hit);
    while (frame.size() > room && hit.results.size() > 1) {
        hit.results.resize(hit.results.size() / 2);
        frame = wire::encode_query_hit(id, hit);
    }
    return frame;
}

wire::Frame OwnMessages::legacy_hit(const Neighbour& to, std::string_view id, const Library::Match* match) const {
    return wire::encode_query_hit(id, {sender(to), match != nullptr, std::nullopt, {}, {}, {}});
}

}  // namespace gnutella::overlay
