#include "overlay/local_queries.hpp"

#include "overlay/bridge.hpp"
#include "wire/file_name.hpp"

#include <memory>
#include <utility>

namespace gnutella::overlay {

namespace {

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
    const Hit common = peer_of_hit(hit, source, dialect);
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
