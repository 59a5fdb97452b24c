#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/this_coro.hpp>

namespace gnutella::net {

/// Whether the coroutine that waits for this has been told to end. Cancelling ends the operation that is waited for at
/// that moment, and no later one: a loop asks each time around.
inline boost::asio::awaitable<bool> is_cancelled() {
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    co_return state.cancelled() != boost::asio::cancellation_type::none;
}

}  // namespace gnutella::net
