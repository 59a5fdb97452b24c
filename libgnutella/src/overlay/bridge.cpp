#include "overlay/bridge.hpp"

#include "wire/gnutella/hit_extensions.hpp"
#include "wire/gnutella/vendor_codes.hpp"
#include "wire/json_encoder.hpp"

#include <array>
#include <memory_resource>

namespace gnutella::overlay {

wire::Frame query_in_json(const wire::Message& message, const wire::Query& query, const wire::Sender& asker,
                          std::uint8_t ttl, std::uint8_t hops) {
    const wire::Query json{asker, query.text, query.urn, true};
    return wire::encode_query(message.id.to_string(), json, ttl, hops);
}

HitSource::HitSource(const wire::QueryHit& hit, std::string_view neighbour_host) {
    wire::IpText room;
    const std::string_view host = hit.from.host_text(room);
    host_ = host.empty() || host == "0.0.0.0" || host == "::" ? neighbour_host : host;
}

Obstacle obstacle_of(const wire::QueryHit& hit, const HitSource& source) {
    if (hit.state.firewalled == true) {
        return Obstacle::firewalled;
    }
    if (source.host().empty() || hit.from.port == 0) {
        return Obstacle::nowhere;
    }
    return hit.results.empty() ? Obstacle::empty : Obstacle::none;
}

wire::Frame hit_in_json(std::string_view id, const wire::QueryHit& hit, const HitSource& source) {
    wire::QueryHit json{.from = {source.host(), hit.from.port},
                        .has_file = true,
                        .peer = hit.peer,
                        .transports = hit.transports,
                        .results = {}};
    json.key = key_of(hit);
    const std::string client = wire::client_name(hit.vendor);
    json.client = client;
    if (json.key) {
        json.transports.add(Transport::quic);
    }
    json.results.assign(hit.results.begin(), hit.results.end());
    return wire::encode_query_hit(id, json);
}

std::optional<KeyHash> key_of(const wire::QueryHit& hit) {
    if (hit.key || hit.extensions.empty()) {
        return hit.key;
    }
    std::array<std::byte, 1024> room;
    std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
    return wire::read_hit_extensions(hit.extensions, memory).quic_key;
}

}  // namespace gnutella::overlay
