#include "overlay/host_policy.hpp"

#include "wire/ip_text.hpp"

namespace gnutella::overlay {

namespace {

bool is_unicast(const wire::IpAddress& address) noexcept {
    if (address.is_v4()) {
        // 0.0.0.0/8 is no host, 224.0.0.0/4 are groups, and what is above is reserved, with the broadcast at its end.
        return address.bytes[12] != 0 && address.bytes[12] < 224;
    }
    return address.bytes[0] != 0xFF && address != wire::IpAddress{};
}

}  // namespace

bool may_be_told(const wire::IpAddress& host, std::uint16_t port, const wire::IpAddress& by) noexcept {
    if (port == 0 || !is_unicast(host)) {
        return false;
    }
    if (host.is_loopback()) {
        return by.is_loopback();
    }
    return !host.is_local() || by.is_local();
}

bool may_be_told(const Endpoint& host, const wire::IpAddress& by) noexcept {
    const auto address = wire::parse_ip(host.host);
    return address && may_be_told(*address, host.port, by);
}

}  // namespace gnutella::overlay
