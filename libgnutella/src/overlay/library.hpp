#pragma once

#include "wire/gnutella/query_route_table.hpp"
#include "wire/message.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace gnutella::overlay {

/// What this node can answer queries with, as the router sees it.
class Library {
  public:
    struct Match {
        /// Names the file within the library, for Actions::SendFile; its low 32 bits are Hit::index.
        std::uint64_t file = 0;
        std::string_view name;
        std::uint64_t size = 0;
        std::optional<Urn> urn;
    };

    virtual ~Library() = default;

    /// Appends at most `most` files that answer the query, the best first. The views are valid until the library
    /// changes. A query that is not `routed` is a legacy peer's: only a file of exactly that name answers it.
    virtual void find(const wire::Query& query, std::size_t most, std::vector<Match>& matches) const = 0;

    /// Adds each word of each name, as gnutella::Words has them, and each URN.
    virtual void add_to(wire::QueryRouteTable& table) const = 0;
    /// Another number after each change.
    virtual std::uint64_t changes() const = 0;

    virtual std::uint64_t files() const = 0;
    virtual std::uint64_t bytes() const = 0;
};

}  // namespace gnutella::overlay
