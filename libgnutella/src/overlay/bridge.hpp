#pragma once

#include "wire/frame.hpp"
#include "wire/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gnutella::overlay {

// What passes from one dialect into the other: docs/json-dialect.md, "The bridge".

/// A query of Gnutella 0.6 as JSON.
/// @param asker where we are: hits come back hop by hop, but what is beyond a legacy peer answers to it.
wire::Frame query_in_json(const wire::Message& message, const wire::Query& query, const wire::Sender& asker,
                          std::uint8_t ttl, std::uint8_t hops);

/// What keeps a hit of Gnutella 0.6 from being of use to an asker in JSON.
enum class Obstacle : std::uint8_t {
    none,
    firewalled,  ///< it must be sent a Push, for which JSON has no message
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

Obstacle obstacle_of(const wire::QueryHit& hit, const HitSource& source);

/// A hit of Gnutella 0.6 as JSON.
/// @param id of the query, as its asker wrote it.
wire::Frame hit_in_json(std::string_view id, const wire::QueryHit& hit, const HitSource& source);

/// The key that a hit of either dialect names, for QUIC.
std::optional<KeyHash> key_of(const wire::QueryHit& hit);

}  // namespace gnutella::overlay
