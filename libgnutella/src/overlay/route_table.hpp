#pragma once

#include "overlay/actions.hpp"
#include "overlay/guid_hash.hpp"
#include "overlay/random.hpp"
#include "overlay/time_point.hpp"

#include <gnutella/guid.hpp>
#include <gnutella/session_info.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gnutella::overlay {

/// Which queries have been seen, and where each came from: what tells a duplicate, and the way back for its hits. The
/// oldest are forgotten when they are past their lifetime, or when there is no room. All operations take constant time.
class RouteTable {
  public:
    /// Where the queries of this node itself come from.
    static constexpr SessionId own = std::numeric_limits<SessionId>::max();

    struct Origin {
        /// The query's id as it was written, when it is no UUID.
        std::string id_text;
        /// Where hits go in a datagram instead, past a legacy peer that does not pass them back.
        std::optional<Actions::Destination> asker;
        /// Of a legacy peer's query: the name of the file that it wants, and will take raw.
        std::string wanted;
        /// Whether a source for that file has been found.
        bool found = false;
    };
    struct Route {
        Guid id;
        TimePoint seen_at;
        SessionId from = own;
        /// How many hits have gone back this way; the router counts them.
        std::uint32_t hits = 0;
        /// The TTL that it came with; the router sets it.
        std::uint8_t ttl = 0;
        /// Of the way to a peer that its hits showed: whether such hits went on in JSON, so that who has them asks this
        /// node to pass a Push on; the router sets it.
        bool bridged = false;
        /// What must be known of a query in JSON for hits that come back in another form; the router sets it.
        std::unique_ptr<Origin> origin;
    };

    RouteTable(std::size_t max_routes, std::chrono::milliseconds lifetime, Random& random);

    /// Remembers a query. @return false when it was known already: nothing has changed then.
    bool insert(const Guid& id, SessionId from, TimePoint now);

    /// Null when it is not known, or no longer. Valid until the next insert.
    Route* find(const Guid& id, TimePoint now);

    std::size_t size() const { return count_; }
    /// How many were forgotten before their lifetime was over, because there was no room.
    std::uint64_t forgotten() const { return forgotten_; }

  private:
    // The routes stand in a ring, oldest first. The index is a table with open addressing of their places, counted from
    // 1; 0 is a free slot. It is at most half full.
    std::size_t slot_of(const Guid& id) const;
    std::size_t home_of(const Guid& id) const { return hash_(id) & (index_.size() - 1); }
    void forget_oldest();
    void free_slot(std::size_t slot);
    void grow();

    std::size_t max_routes_;
    std::chrono::milliseconds lifetime_;
    GuidHash hash_;
    std::vector<Route> ring_;
    std::size_t oldest_ = 0;
    std::size_t count_ = 0;
    std::uint64_t forgotten_ = 0;
    std::vector<std::uint32_t> index_;
};

}  // namespace gnutella::overlay
