#pragma once

#include <gnutella/endpoint.hpp>
#include <gnutella/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>

namespace gnutella::net {

/// Resolves a host and connects to it, trying its addresses one after another, all within the time limit.
/// @param socket a closed one, whose executor is the coroutine's strand.
/// @return cannot_resolve, cannot_connect, connect_timed_out; operation_aborted when the coroutine was cancelled.
boost::asio::awaitable<error_code> dial(boost::asio::ip::tcp::socket& socket, const Endpoint& to,
                                        std::chrono::steady_clock::duration limit);

}  // namespace gnutella::net
