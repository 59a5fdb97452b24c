#include "net/dial.hpp"

#include "net/cancellation.hpp"
#include "net/no_throw.hpp"
#include "net/resolve.hpp"
#include "net/transfer_watch.hpp"

#include <boost/asio/connect.hpp>

#include <algorithm>
#include <vector>

namespace gnutella::net {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

asio::awaitable<error_code> dial(Tcp::socket& socket, const Endpoint& to, Clock::duration limit) {
    if (to.port == 0) {
        co_return Error::cannot_connect;
    }
    const auto deadline = Clock::now() + limit;
    const auto strand = socket.get_executor();
    std::vector<Tcp::endpoint> ends;
    for (const auto& address : co_await resolve(strand, to, deadline)) {
        ends.emplace_back(address, to.port);
    }
    if (co_await is_cancelled()) {
        co_return asio::error::operation_aborted;
    }
    if (ends.empty()) {
        co_return Error::cannot_resolve;
    }
    bool late = false;
    TransferWatch watch(strand);
    watch.on_stall([&late, &socket] {
        late = true;
        error_code ignored;
        socket.close(ignored);  // unlike cancel(), keeps the next address from being tried
    });
    watch.start(std::max(deadline - Clock::now(), Clock::duration::zero()));
    const auto [error, connected] = co_await asio::async_connect(socket, ends, no_throw);
    watch.stop();
    if (co_await is_cancelled()) {
        co_return asio::error::operation_aborted;
    }
    if (error || late) {
        co_return late ? Error::connect_timed_out : Error::cannot_connect;
    }
    error_code ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    co_return error_code{};
}

}  // namespace gnutella::net
