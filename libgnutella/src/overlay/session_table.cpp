#include "overlay/session_table.hpp"

#include <algorithm>
#include <utility>

namespace gnutella::overlay {

Neighbour& SessionTable::add(Neighbour neighbour) {
    const SessionId id = neighbour.info.id;
    return sessions_.try_emplace(id, std::move(neighbour)).first->second;
}

Neighbour* SessionTable::find(SessionId id) {
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : &found->second;
}

const Neighbour* SessionTable::find(SessionId id) const {
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : &found->second;
}

void SessionTable::remove(SessionId id) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) {
        return;
    }
    const Neighbour& neighbour = found->second;
    if (neighbour.machine.is_open()) {
        // The last one takes its place.
        open_[neighbour.open_place] = open_.back();
        sessions_.at(open_.back()).open_place = neighbour.open_place;
        open_.pop_back();
        if (neighbour.info.peer) {
            open_by_peer_.erase(*neighbour.info.peer);
        }
    }
    sessions_.erase(found);
}

void SessionTable::open(Neighbour& neighbour) {
    neighbour.machine.open();
    neighbour.open_place = open_.size();
    open_.push_back(neighbour.info.id);
    if (neighbour.info.peer) {
        open_by_peer_.insert_or_assign(*neighbour.info.peer, neighbour.info.id);
    }
}

bool SessionTable::identify(Neighbour& neighbour, const Guid& peer) {
    if (neighbour.info.peer || !open_by_peer_.try_emplace(peer, neighbour.info.id).second) {
        return neighbour.info.peer == peer;
    }
    neighbour.info.peer = peer;
    return true;
}

Neighbour* SessionTable::open_with(const Guid& peer) {
    const auto found = open_by_peer_.find(peer);
    return found == open_by_peer_.end() ? nullptr : find(found->second);
}

std::vector<SessionId> SessionTable::all() const {
    std::vector<SessionId> ids;
    ids.reserve(sessions_.size());
    for (const auto& [id, neighbour] : sessions_) {
        ids.push_back(id);
    }
    std::ranges::sort(ids);
    return ids;
}

}  // namespace gnutella::overlay
