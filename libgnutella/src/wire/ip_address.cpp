#include "wire/ip_address.hpp"

#include <algorithm>

namespace gnutella::wire {

namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> v4_bytes) noexcept {
    IpAddress address;
    std::ranges::copy(mapped_prefix, address.bytes.begin());
    std::ranges::copy(v4_bytes, address.bytes.begin() + mapped_prefix.size());
    return address;
}

bool IpAddress::is_v4() const noexcept {
    return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
}

bool IpAddress::is_loopback() const noexcept {
    if (is_v4()) {
        return bytes[12] == 127;  // RFC 1122, 3.2.1.3
    }
    IpAddress loopback;
    loopback.bytes.back() = 1;  // RFC 4291, 2.5.3
    return *this == loopback;
}

bool IpAddress::is_local() const noexcept {
    if (is_loopback()) {
        return true;
    }
    if (is_v4()) {
        const bool rfc1918 =
            bytes[12] == 10 || (bytes[12] == 172 && (bytes[13] & 0xF0) == 16) || (bytes[12] == 192 && bytes[13] == 168);
        const bool link_local = bytes[12] == 169 && bytes[13] == 254;  // RFC 3927
        return rfc1918 || link_local;
    }
    const bool unique_local = (bytes[0] & 0xFE) == 0xFC;                    // fc00::/7, RFC 4193
    const bool link_local = bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80;  // fe80::/10, RFC 4291, 2.5.6
    return unique_local || link_local;
}

}  // namespace gnutella::wire
