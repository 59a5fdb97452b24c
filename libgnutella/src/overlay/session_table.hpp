#pragma once

#include "overlay/guid_hash.hpp"
#include "overlay/neighbour.hpp"
#include "overlay/random.hpp"

#include <gnutella/guid.hpp>
#include <gnutella/session_info.hpp>

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace gnutella::overlay {

/// The sessions by id; those that are open also in one piece, for the walk that each query takes, and by the identity
/// of the far end, at most one for each.
class SessionTable {
  public:
    explicit SessionTable(Random& random) : open_by_peer_(0, GuidHash(random)) {}

    /// @return the one that is kept; it stays where it is until it is removed. An id that is known is passed over.
    Neighbour& add(Neighbour neighbour);
    Neighbour* find(SessionId id);
    const Neighbour* find(SessionId id) const;
    void remove(SessionId id);

    /// Makes it one of the open ones.
    void open(Neighbour& neighbour);
    /// It has said later who it is. @return false when another open session is with that peer; nothing changes then.
    bool identify(Neighbour& neighbour, const Guid& peer);
    /// Null when no session with that peer is open.
    Neighbour* open_with(const Guid& peer);
    bool has_open_with(const Guid& peer) const { return open_by_peer_.contains(peer); }

    /// The ids of the open ones, in no order that means anything. Changed by open() and remove().
    const std::vector<SessionId>& open_sessions() const { return open_; }
    /// The ids of all.
    std::vector<SessionId> all() const;
    std::size_t size() const { return sessions_.size(); }

  private:
    std::unordered_map<SessionId, Neighbour> sessions_;
    std::vector<SessionId> open_;
    std::unordered_map<Guid, SessionId, GuidHash> open_by_peer_;
};

}  // namespace gnutella::overlay
