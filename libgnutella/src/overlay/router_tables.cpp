// Query routing tables, theirs and ours: Query Routing 0.6, and between ultrapeers Ultrapeer Query Routing 0.1.

#include "overlay/router_impl.hpp"
#include "wire/gnutella/route_table_patches.hpp"

#include <algorithm>
#include <bit>
#include <type_traits>

namespace gnutella::overlay {

namespace {

// A table of 2^bits entries of which an eighth or less is taken lets few queries through that find nothing.
constexpr unsigned min_table_bits = 16;
constexpr std::uint64_t entries_for_a_file = 32;

unsigned bits_for(std::uint64_t files) {
    const std::uint64_t most = std::uint64_t{1} << wire::QueryRouteTable::max_bits;
    const std::uint64_t entries = files < most / entries_for_a_file ? files * entries_for_a_file : most;
    return std::clamp<unsigned>(static_cast<unsigned>(std::bit_width(entries)), min_table_bits,
                                wire::QueryRouteTable::max_bits);
}

}  // namespace

template <class Change>
void Router::Impl::route_table_changes(Neighbour& from, const Change& change, TimePoint now, Actions& out) {
    using Outcome = wire::RouteTableReceiver::Outcome;
    GnutellaPeer& peer = *from.gnutella;
    if (settings.role == Role::leaf) {
        ++counters.unknown_messages;  // a leaf's neighbours have nothing to tell it
        return;
    }
    if (!peer.table_receiver) {
        peer.table_receiver.emplace();
    }
    if constexpr (std::is_same_v<Change, wire::RouteTablePatch>) {
        if (change.number <= 1 && !peer.tables.allow(table_rate, now)) {
            reject(from, "query routing tables come too often", Error::bad_message, now, out);
            return;
        }
    }
    const Outcome outcome = peer.table_receiver->receive(change);
    if (outcome == Outcome::complete) {
        leaf_tables_changed |= peer.role == Role::leaf;
    } else if (outcome != Outcome::more) {
        reject(from, wire::reason_of(outcome), Error::bad_message, now, out);
    }
}

template void Router::Impl::route_table_changes(Neighbour&, const wire::RouteTableReset&, TimePoint, Actions&);
template void Router::Impl::route_table_changes(Neighbour&, const wire::RouteTablePatch&, TimePoint, Actions&);

bool Router::Impl::takes_our_table(const GnutellaPeer& peer) const {
    return settings.role == Role::leaf ? peer.takes_leaf_table : peer.takes_ultrapeer_table;
}

void Router::Impl::update_neighbours(TimePoint now, const Library& library, Actions& out) {
    next_update = TimePoint::max();
    if (!speaks_gnutella()) {
        return;
    }
    if (!own_table || own_table_due <= now) {
        own_table_due = now + settings.route_table_interval;
        update_own_table(library);
    }
    for (const SessionId id : sessions.open_sessions()) {
        Neighbour& neighbour = *sessions.find(id);
        if (!neighbour.gnutella) {
            continue;
        }
        GnutellaPeer& peer = *neighbour.gnutella;
        if (peer.next_update <= now) {
            peer.next_update = now + settings.route_table_interval;
            if (peer.role == Role::ultrapeer) {
                ping_gnutella(neighbour, settings.max_ttl, out);
            }
            if (takes_our_table(peer) && peer.sent_table != merged_table) {
                const Guid group = random.guid();
                for (wire::Frame& frame :
                     wire::encode_route_table(group, peer.sent_table.get(), *merged_table, peer.patch_width)) {
                    // They are in sequence: without one of them the rest means nothing.
                    send(neighbour, std::move(frame), Priority::control, out);
                }
                peer.sent_table = merged_table;
            }
        }
        next_update = std::min(next_update, peer.next_update);
    }
}

void Router::Impl::update_own_table(const Library& library) {
    bool changed = false;
    if (!own_table || library_changes != library.changes()) {
        library_changes = library.changes();
        auto table = std::make_shared<wire::QueryRouteTable>(bits_for(library.files()));
        library.add_to(*table);
        changed = !own_table || *table != *own_table;
        own_table = std::move(table);
    }
    if (!changed && !leaf_tables_changed && merged_table) {
        return;
    }
    leaf_tables_changed = false;
    if (leaves == 0) {
        merged_table = own_table;
        return;
    }
    auto merged = std::make_shared<wire::QueryRouteTable>(*own_table);
    for (const SessionId id : sessions.open_sessions()) {
        const Neighbour& neighbour = *sessions.find(id);
        if (neighbour.gnutella && neighbour.gnutella->role == Role::leaf && neighbour.gnutella->table() != nullptr) {
            merged->merge(*neighbour.gnutella->table());
        }
    }
    merged_table = std::move(merged);
}

}  // namespace gnutella::overlay
