#pragma once

#include "overlay/guid_hash.hpp"
#include "overlay/random.hpp"
#include "overlay/router.hpp"
#include "wire/message.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/event.hpp>
#include <gnutella/guid.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gnutella::overlay {

/// The searches of this node itself that are running, and what each has found: every file of every source once.
class LocalQueries {
  public:
    LocalQueries(std::size_t max_hits, Random& random) : max_hits_(max_hits), running_(0, GuidHash(random)) {}

    void start(const Router::LocalQuery& query);
    void end(const Guid& id) { running_.erase(id); }
    bool running(const Guid& id) const { return running_.contains(id); }

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& [id, search] : running_) {
            visit(search.query);
        }
    }

    /// Adds what a QUERY-HIT brings for the running query of that id.
    /// @param neighbour_host the address that the hit's session leads to, for a hit that does not say where its files
    ///     are; empty when it came in a datagram.
    /// @param dialect the one that the hit came in.
    /// @return how many results were beyond the bound.
    std::size_t take(const Guid& id, const wire::QueryHit& hit, std::string_view neighbour_host,
                     std::vector<HitReceived>& out, Dialect dialect = Dialect::json);

    /// Adds a legacy peer's raw file. @return as take().
    std::size_t take_raw_file(const Guid& id, std::string_view content, const Endpoint& from,
                              std::vector<HitReceived>& out);

  private:
    struct Search {
        Router::LocalQuery query;
        /// Source, URN and name of each hit.
        std::unordered_set<std::string> known;
    };
    enum class Room { new_hit, known_hit, none };

    Room make_room(Search& search, const Hit& hit) const;

    std::size_t max_hits_;
    std::unordered_map<Guid, Search, GuidHash> running_;
};

}  // namespace gnutella::overlay
