#pragma once

#include "wire/ip_address.hpp"

#include <gnutella/endpoint.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>

namespace gnutella::net {

/// IPv4 as IPv4, also when it came through an IPv6 socket: the form that people and messages use.
boost::asio::ip::address plain(const boost::asio::ip::address& address);

/// The same sixteen bytes for an address, whichever socket it came through.
wire::IpAddress to_wire(const boost::asio::ip::address& address);

/// The same address as a socket of that protocol takes it: IPv4 is mapped for an IPv6 socket.
boost::asio::ip::udp::endpoint as_seen_by(const boost::asio::ip::udp& protocol,
                                          const boost::asio::ip::udp::endpoint& end);

/// The numeric form of a socket's end.
template <class InternetEndpoint>
Endpoint to_endpoint(const InternetEndpoint& end) {
    return {plain(end.address()).to_string(), end.port()};
}

}  // namespace gnutella::net
