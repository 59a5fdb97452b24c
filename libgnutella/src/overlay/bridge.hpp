#pragma once

#include "wire/frame.hpp"
#include "wire/gnutella/packed_hosts.hpp"
#include "wire/message.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/hit.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::overlay {

// What passes from one dialect into the other: docs/json-dialect.md, "The bridge".

/// A query of Gnutella 0.6 as JSON; empty when it would be longer than others take, which would end the sessions with
/// them.
/// @param asker where we are: hits come back hop by hop, but what is beyond a legacy peer answers to it.
/// @param room bytes that a message may have.
wire::Frame query_in_json(const wire::Message& message, const wire::Query& query, const wire::Sender& asker,
                          std::uint8_t ttl, std::uint8_t hops, std::size_t room);

/// Whether an asker can have a peer that cannot be connected to connect to him.
enum class PushWay : std::uint8_t { none, some };

/// What keeps a hit from being of use to an asker.
enum class Obstacle : std::uint8_t {
    none,
    firewalled,  ///< it must be sent a Push, and there is no way for one
    nowhere,     ///< it does not say where its files are
    empty,       ///< no result of it can be used
};

/// Where the files of a hit are, as a text.
class HitSource {
  public:
    /// @param hit in either dialect.
    /// @param neighbour_host the address of the neighbour, when the hit is its own; else empty.
    HitSource(const wire::QueryHit& hit, std::string_view neighbour_host);

    /// Empty when it is not known.
    std::string_view host() const { return host_; }

  private:
    std::string host_;
};

Obstacle obstacle_of(const wire::QueryHit& hit, const HitSource& source, PushWay pushes);

/// Who passes a Push on to the peer of a hit in either dialect, as it says: numeric addresses, a bounded number.
std::vector<Endpoint> push_proxies_of(const wire::QueryHit& hit);

/// A hit of Gnutella 0.6 as JSON: as several where one would be longer, or have more results, than others take. What is
/// too long even alone is left out.
/// @param id of the query, as its asker wrote it.
/// @param push_proxies of one that is firewalled.
/// @param room bytes that a message may have.
std::vector<wire::Frame> hits_in_json(std::string_view id, const wire::QueryHit& hit, const HitSource& source,
                                      const std::vector<Endpoint>& push_proxies, std::size_t room);

/// What a hit in either dialect says of the peer that it comes from, for every file in it.
Hit peer_of_hit(const wire::QueryHit& hit, const HitSource& source, Dialect dialect);

}  // namespace gnutella::overlay
