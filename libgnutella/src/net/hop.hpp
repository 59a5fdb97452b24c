#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace gnutella::net {

/// Does work on another strand, and goes on here when it is done. It cannot be cancelled from here: what Boost 1.81
/// does for that hands a pointer to the other strand that may have gone by the time it gets there.
template <class Value>
boost::asio::awaitable<Value> hop(boost::asio::any_io_executor strand, boost::asio::awaitable<Value> work) {
    auto token = boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(), boost::asio::use_awaitable);
    co_return co_await boost::asio::co_spawn(std::move(strand), std::move(work), std::move(token));
}

}  // namespace gnutella::net
