#pragma once

#include <gnutella/endpoint.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace gnutella::net {

/// The addresses of a host, numeric or by name, in the order in which they should be tried. Empty when there are none,
/// when they are not known by the deadline, when the text can be no host, and when the coroutine was cancelled.
/// @param strand the coroutine's.
boost::asio::awaitable<std::vector<boost::asio::ip::address>> resolve(boost::asio::any_io_executor strand,
                                                                      const Endpoint& to,
                                                                      std::chrono::steady_clock::time_point deadline);

/// The same for a host that a stranger named: whoever has a slow name server of his own does not keep the program's own
/// look-ups waiting.
/// @param place given back when the look-up has ended, which may be long after the deadline.
boost::asio::awaitable<std::vector<boost::asio::ip::address>> resolve_for_stranger(
    boost::asio::any_io_executor strand, const Endpoint& to, std::chrono::steady_clock::time_point deadline,
    std::shared_ptr<void> place);

}  // namespace gnutella::net
