#include "overlay/local_queries.hpp"

#include "overlay/bridge.hpp"
#include "wire/file_name.hpp"
#include "wire/gnutella/hit_extensions.hpp"
#include "wire/gnutella/vendor_codes.hpp"
#include "wire/ip_text.hpp"

#include <array>
#include <memory>
#include <memory_resource>
#include <utility>

namespace gnutella::overlay {

namespace {

constexpr std::size_t max_push_proxies = 16;

std::vector<Transport> transports_of(const wire::QueryHit& hit, const wire::Result& result) {
    std::vector<Transport> transports;
    for (const Transport transport : {Transport::quic, Transport::http}) {
        if (hit.transports.has(transport)) {
            transports.push_back(transport);
        }
    }
    if (transports.empty() && result.urn) {
        transports.push_back(Transport::http);
    }
    return transports;
}

void add_hosts(const wire::PackedHosts& hosts, std::vector<Endpoint>& to) {
    for (std::size_t at = 0; at < hosts.size() && to.size() < max_push_proxies; ++at) {
        if (hosts[at].port != 0) {
            to.push_back({std::string(wire::IpText(hosts[at].address).view()), hosts[at].port});
        }
    }
}

// What the trailer of a hit of Gnutella 0.6 says of the peer that it comes from.
void take_trailer(const wire::QueryHit& hit, Hit& found) {
    std::array<std::byte, 4096> room;
    std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
    const wire::HitExtensions extensions = wire::read_hit_extensions(hit.extensions, memory);
    found.client = wire::client_name(hit.vendor);
    found.firewalled = hit.state.firewalled.value_or(false);
    found.browsable = extensions.can_be_browsed;
    found.tls = extensions.speaks_tls;
    found.key = extensions.quic_key;
    add_hosts(extensions.push_proxies, found.push_proxies);
    add_hosts(extensions.push_proxies6, found.push_proxies);
}

}  // namespace

void LocalQueries::start(const Router::LocalQuery& query) {
    running_.insert_or_assign(query.id, Search{query, {}});
}

std::size_t LocalQueries::take(const Guid& id, const wire::QueryHit& hit, std::string_view neighbour_host,
                               std::vector<HitReceived>& out, Dialect dialect) {
    const auto search = running_.find(id);
    if (search == running_.end()) {
        return 0;
    }
    const HitSource source(hit, neighbour_host);
    // Who is firewalled need not say where he is.
    if (hit.state.firewalled != true && (source.host().empty() || hit.from.port == 0)) {
        return 0;
    }
    Hit common;
    common.source = {std::string(source.host()), hit.from.port};
    common.peer = hit.peer;
    common.key = hit.key;
    common.client = hit.client;
    common.dialect = dialect;
    if (dialect == Dialect::gnutella) {
        take_trailer(hit, common);
    }
    std::size_t excess = 0;
    for (const wire::Result& result : hit.results) {
        // Hit::name promises that it is never a path.
        if (!wire::is_plain_file_name(result.name)) {
            continue;
        }
        Hit found = common;
        found.name = result.name;
        found.size = result.size;
        found.urn = result.urn;
        found.index = result.index;
        found.transports = transports_of(hit, result);
        if (found.key && dialect == Dialect::gnutella) {
            found.transports.insert(found.transports.begin(), Transport::quic);
        }
        switch (make_room(search->second, found)) {
            case Room::new_hit:
                out.push_back({id, std::move(found)});
                break;
            case Room::known_hit:
                break;
            case Room::none:
                ++excess;
                break;
        }
    }
    return excess;
}

std::size_t LocalQueries::take_raw_file(const Guid& id, std::string_view content, const Endpoint& from,
                                        std::vector<HitReceived>& out) {
    const auto search = running_.find(id);
    // A legacy peer answers with the file of exactly the name that was asked for, or not at all.
    if (search == running_.end() || !wire::is_plain_file_name(search->second.query.text)) {
        return 0;
    }
    Hit found;
    found.name = search->second.query.text;
    found.size = content.size();
    found.source = from;
    const Room room = make_room(search->second, found);
    if (room == Room::new_hit) {
        found.content = std::make_shared<const std::string>(content);
        out.push_back({id, std::move(found)});
    }
    return room == Room::none ? 1 : 0;
}

LocalQueries::Room LocalQueries::make_room(Search& search, const Hit& hit) const {
    std::string key = hit.source.to_string();
    if (hit.firewalled && hit.peer) {
        key += hit.peer->to_string();  // it may not say where it is
    }
    key += '\n';
    key += hit.urn ? hit.urn->to_string() : std::string();
    key += '\n';
    key += hit.name;
    if (search.known.contains(key)) {
        return Room::known_hit;
    }
    if (search.known.size() >= max_hits_) {
        return Room::none;
    }
    search.known.insert(std::move(key));
    return Room::new_hit;
}

}  // namespace gnutella::overlay
