#include "net/connector.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <string>

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto use_result = asio::as_tuple(asio::use_awaitable);

error_code meaning_of(error_code error, bool timed_out, Error otherwise) {
    if (timed_out) {
        return Error::connect_timed_out;
    }
    if (error == asio::error::operation_aborted) {
        return error;
    }
    return otherwise;
}

}  // namespace

asio::awaitable<tcp::socket> connect_to(asio::any_io_executor executor, Endpoint endpoint,
                                        std::chrono::milliseconds timeout, error_code& error) {
    // Shared with the timer's handler, which may run after the coroutine has gone on.
    struct Attempt {
        Attempt(const asio::any_io_executor& here, const asio::any_io_executor& there)
            : resolver(here), socket(there) {}
        tcp::resolver resolver;
        tcp::socket socket;
        bool timed_out = false;
    };
    // The timer's handler runs where the coroutine does, so that the two never touch the socket at once.
    const asio::any_io_executor here = co_await asio::this_coro::executor;
    const auto attempt = std::make_shared<Attempt>(here, executor);
    asio::steady_timer deadline(here, timeout);
    deadline.async_wait([weak = std::weak_ptr(attempt)](error_code cancelled) {
        const auto late = weak.lock();
        if (cancelled || !late) {
            return;
        }
        late->timed_out = true;
        late->resolver.cancel();
        error_code ignored;
        late->socket.close(ignored);
    });

    const std::string port = std::to_string(endpoint.port);
    auto [unresolved, addresses] =
        co_await attempt->resolver.async_resolve(endpoint.host, port, tcp::resolver::numeric_service, use_result);
    if (unresolved || attempt->timed_out) {
        error = meaning_of(unresolved, attempt->timed_out, Error::cannot_resolve);
        co_return tcp::socket(executor);
    }
    const auto unstopped = [attempt](const error_code&, const tcp::endpoint&) { return !attempt->timed_out; };
    auto [refused, reached] = co_await asio::async_connect(attempt->socket, addresses, unstopped, use_result);
    if (refused || attempt->timed_out) {
        error = meaning_of(refused, attempt->timed_out, Error::cannot_connect);
        co_return tcp::socket(executor);
    }
    error = {};
    co_return std::move(attempt->socket);
}

}  // namespace gnutella::net
