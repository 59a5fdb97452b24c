#pragma once

#include "wire/gnutella/byte_reader.hpp"
#include "wire/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>

namespace gnutella::wire {

/// What comes behind a message's header.
class GnutellaPayload {
  public:
    /// Larger queries are dropped (Gnutella 0.6, 2.2.5).
    static constexpr std::size_t max_query_size = 4096;

    enum class Found : std::uint8_t { message, unknown_type, too_large, cut_short, wrong_kind };

    /// @param memory for the results of a hit.
    GnutellaPayload(std::string_view payload, std::size_t max_results, std::pmr::memory_resource& memory) noexcept
        : payload_(payload), read_(payload), max_results_(max_results), memory_(memory) {}

    /// @param type as the header has it.
    Found read(std::uint8_t type, Body& out);

  private:
    Found read_ping(Ping& ping);
    Found read_pong(Pong& pong);
    Found read_query(Query& query);
    Found read_query_hit(QueryHit& hit);
    Found read_push(Push& push);
    Found read_bye(Bye& bye);
    Found read_vendor_message(VendorMessage& message);
    Found read_route_table(Body& out);

    Found whole() const noexcept { return read_.ok() ? Found::message : Found::cut_short; }

    std::string_view payload_;
    ByteReader read_;
    std::size_t max_results_;
    std::pmr::memory_resource& memory_;
};

}  // namespace gnutella::wire
