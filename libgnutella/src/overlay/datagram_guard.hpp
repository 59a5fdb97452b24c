#pragma once

#include "overlay/time_point.hpp"
#include "wire/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace gnutella::overlay {

/// Keeps strangers from aiming our datagrams at a third party: docs/json-dialect.md, "Answering". An answer may go to
/// an address that is local, or at the far end of an open session; and only so often to one address.
class DatagramGuard {
  public:
    enum class Verdict : std::uint8_t {
        allowed,
        refused,  ///< a public address that no session leads to
        excess,   ///< too many within a second
    };

    /// @param per_second the most that go to one address within any second.
    /// @param max_addresses that datagrams go to within one second; to more than these none goes.
    DatagramGuard(std::size_t per_second, std::size_t max_addresses)
        : per_second_(per_second), max_addresses_(max_addresses) {}

    void session_opened(const wire::IpAddress& address);
    void session_closed(const wire::IpAddress& address);

    /// Counts a datagram that is allowed as sent.
    Verdict allow(const wire::IpAddress& to, TimePoint now);

  private:
    // The times of the last `per_second_` datagrams, in a ring.
    struct Recent {
        std::vector<TimePoint> times;
        std::size_t oldest = 0;
        TimePoint last;
    };

    bool has_room(TimePoint now);

    std::size_t per_second_;
    std::size_t max_addresses_;
    std::unordered_map<wire::IpAddress, std::size_t, wire::IpAddressHash> sessions_;
    std::unordered_map<wire::IpAddress, Recent, wire::IpAddressHash> recent_;
    TimePoint next_sweep_ = TimePoint::min();
};

}  // namespace gnutella::overlay
