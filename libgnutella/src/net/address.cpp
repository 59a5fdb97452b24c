#include "net/address.hpp"

namespace gnutella::net {

namespace ip = boost::asio::ip;

ip::address plain(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    }
    return address;
}

wire::IpAddress to_wire(const ip::address& address) {
    const ip::address as_is = plain(address);
    return as_is.is_v4() ? wire::IpAddress::v4(as_is.to_v4().to_bytes()) : wire::IpAddress{as_is.to_v6().to_bytes()};
}

ip::udp::endpoint as_seen_by(const ip::udp& protocol, const ip::udp::endpoint& end) {
    if (protocol == ip::udp::v6() && end.address().is_v4()) {
        return {ip::make_address_v6(ip::v4_mapped, end.address().to_v4()), end.port()};
    }
    return end;
}

}  // namespace gnutella::net
