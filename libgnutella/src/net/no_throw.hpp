#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gnutella::net {

/// A completion token for coroutines: an error is a value that comes back with the others, not an exception.
inline constexpr auto no_throw = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace gnutella::net
