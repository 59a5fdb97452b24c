#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace gnutella::wire {

/// An IPv4 or IPv6 address as sixteen bytes; IPv4 is mapped (RFC 4291, 2.5.5.2). Plain data, without a socket library.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};

    static IpAddress v4(std::array<std::uint8_t, 4> v4_bytes) noexcept;

    bool is_v4() const noexcept;
    bool is_loopback() const noexcept;
    /// Loopback, private (RFC 1918, RFC 4193) or link-local (RFC 3927, RFC 4291): where nobody else's host can be aimed
    /// at.
    bool is_local() const noexcept;

    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

struct IpAddressHash {
    std::size_t operator()(const IpAddress& address) const noexcept {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        std::memcpy(&high, address.bytes.data(), sizeof high);
        std::memcpy(&low, address.bytes.data() + sizeof high, sizeof low);
        return static_cast<std::size_t>((high ^ low * 0x9E3779B97F4A7C15ULL) >> 7);
    }
};

}  // namespace gnutella::wire
