#pragma once

#include <gnutella/endpoint.hpp>
#include <gnutella/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>

namespace gnutella::net {

/// A TCP connection to an endpoint: resolves its name and tries each of its addresses. The coroutine must run on a
/// strand.
/// @param timeout for all of it together.
/// @param error cannot_resolve, cannot_connect, connect_timed_out, or operation_aborted when the coroutine is
/// cancelled.
/// @return a socket whose executor is `executor`; open only when there is no error.
boost::asio::awaitable<boost::asio::ip::tcp::socket> connect_to(boost::asio::any_io_executor executor,
                                                                Endpoint endpoint, std::chrono::milliseconds timeout,
                                                                error_code& error);

}  // namespace gnutella::net
