#pragma once

#include "overlay/time_point.hpp"
#include "wire/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gnutella::overlay {

/// Keeps strangers from aiming our connections at a third party: a Push makes us connect to the address in it. Only so
/// many a second are heeded, few of them to one address, and none to a port of the system's own services.
class PushGuard {
  public:
    /// Within a second, to one address.
    static constexpr std::size_t max_per_address = 3;
    static constexpr std::uint16_t first_port = 1024;

    enum class Verdict : std::uint8_t {
        allowed,
        refused,  ///< not an address that we would connect to
        excess,   ///< too many within a second
    };

    /// @param per_second the most in any second, to all addresses together.
    explicit PushGuard(std::size_t per_second) : per_second_(per_second) {}

    /// Counts a push that is allowed as heeded.
    /// @param by the address of the neighbour that it came from.
    Verdict allow(const wire::IpAddress& to, std::uint16_t port, const wire::IpAddress& by, TimePoint now);

  private:
    struct Heeded {
        wire::IpAddress to;
        TimePoint at;
    };

    std::size_t per_second_;
    std::vector<Heeded> heeded_;  // within the last second
};

}  // namespace gnutella::overlay
