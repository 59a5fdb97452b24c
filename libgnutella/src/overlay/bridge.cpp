#include "overlay/bridge.hpp"

#include "utf8.hpp"
#include "wire/gnutella/hit_extensions.hpp"
#include "wire/gnutella/vendor_codes.hpp"
#include "wire/ip_text.hpp"
#include "wire/json_encoder.hpp"

#include <algorithm>
#include <array>
#include <memory_resource>
#include <span>
#include <utility>

namespace gnutella::overlay {

namespace {

using HitMemory = std::array<std::byte, 4096>;

void add_hosts(const wire::PackedHosts& hosts, std::vector<Endpoint>& to) {
    for (std::size_t at = 0; at < hosts.size() && to.size() < wire::max_push_proxies; ++at) {
        if (hosts[at].port != 0) {
            to.emplace_back(std::string(wire::IpText(hosts[at].address).view()), hosts[at].port);
        }
    }
}

}  // namespace

wire::Frame query_in_json(const wire::Message& message, const wire::Query& query, const wire::Sender& asker,
                          std::uint8_t ttl, std::uint8_t hops, std::size_t room) {
    // A byte that is no UTF-8 becomes three.
    const bool fits = query.text.size() <= wire::max_query_length / 3 ||
                      (query.text.size() <= wire::max_query_length && is_utf8(query.text));
    if (!fits) {
        return {};
    }
    wire::Query json{asker, query.text, query.urn, true};
    json.flags = query.flags;
    wire::Frame frame = wire::encode_query(message.id.to_string(), json, ttl, hops);
    return frame.size() <= room ? std::move(frame) : wire::Frame();
}

HitSource::HitSource(const wire::QueryHit& hit, std::string_view neighbour_host) {
    wire::IpText room;
    const std::string_view host = hit.from.host_text(room);
    host_ = host.empty() || host == "0.0.0.0" || host == "::" ? neighbour_host : host;
}

Obstacle obstacle_of(const wire::QueryHit& hit, const HitSource& source, PushWay pushes) {
    // Who is firewalled need not say where he is, but who he is.
    if (hit.state.firewalled == true) {
        if (pushes == PushWay::none || hit.peer.value_or(Guid()).is_nil()) {
            return Obstacle::firewalled;
        }
    } else if (source.host().empty() || hit.from.port == 0) {
        return Obstacle::nowhere;
    }
    return hit.results.empty() ? Obstacle::empty : Obstacle::none;
}

std::vector<Endpoint> push_proxies_of(const wire::QueryHit& hit) {
    std::vector<Endpoint> proxies;
    for (const std::string_view text : hit.push_proxies) {
        // Nothing that a stranger says is looked up.
        auto proxy = Endpoint::parse(text);
        if (proxy && proxy->port != 0 && wire::parse_ip(proxy->host) && proxies.size() < wire::max_push_proxies) {
            proxies.push_back(*std::move(proxy));
        }
    }
    if (!hit.extensions.empty()) {
        HitMemory room;
        std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
        const wire::HitExtensions extensions = wire::read_hit_extensions(hit.extensions, memory);
        add_hosts(extensions.push_proxies, proxies);
        add_hosts(extensions.push_proxies6, proxies);
    }
    return proxies;
}

std::vector<wire::Frame> hits_in_json(std::string_view id, const wire::QueryHit& hit, const HitSource& source,
                                      const std::vector<Endpoint>& push_proxies, std::size_t room) {
    const Hit peer = peer_of_hit(hit, source, Dialect::gnutella);
    wire::QueryHit json{.from = {source.host(), hit.from.port},
                        .has_file = true,
                        .peer = hit.peer,
                        .transports = hit.transports,
                        .results = {}};
    json.key = peer.key;
    if (json.key) {
        json.transports.add(Transport::quic);
    }
    json.client = peer.client;
    json.state.firewalled = peer.firewalled;
    std::vector<std::string> texts;
    texts.reserve(push_proxies.size());
    for (const Endpoint& proxy : push_proxies) {
        json.push_proxies.push_back(texts.emplace_back(proxy.to_string()));
    }
    std::vector<wire::Frame> frames;
    std::span<const wire::Result> rest(hit.results);
    std::size_t most = wire::max_json_results;
    while (!rest.empty()) {
        const auto some = rest.first(std::min(most, rest.size()));
        json.results.assign(some.begin(), some.end());
        wire::Frame frame = wire::encode_query_hit(id, json);
        if (frame.size() <= room) {
            frames.push_back(std::move(frame));
        } else if (some.size() > 1) {
            most = some.size() / 2;
            continue;
        }
        rest = rest.subspan(some.size());
        most = std::min(most * 2, wire::max_json_results);
    }
    return frames;
}

Hit peer_of_hit(const wire::QueryHit& hit, const HitSource& source, Dialect dialect) {
    Hit peer;
    peer.source = {std::string(source.host()), hit.from.port};
    peer.peer = hit.peer;
    peer.dialect = dialect;
    peer.firewalled = hit.state.firewalled.value_or(false);
    peer.push_proxies = push_proxies_of(hit);
    if (dialect == Dialect::json) {
        peer.client = to_one_line(hit.client);
        peer.key = hit.key;
        return peer;
    }
    HitMemory room;
    std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
    const wire::HitExtensions extensions = wire::read_hit_extensions(hit.extensions, memory);
    peer.client = wire::client_name(hit.vendor);
    peer.browsable = extensions.can_be_browsed;
    peer.tls = extensions.speaks_tls;
    peer.key = extensions.quic_key;
    return peer;
}

}  // namespace gnutella::overlay
