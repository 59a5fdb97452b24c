#include "net/stream_end.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cstddef>

namespace gnutella::net {

namespace asio = boost::asio;

void abort_stream(asio::ip::tcp::socket& socket) noexcept {
    error_code ignored;
    socket.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    socket.cancel(ignored);
}

asio::awaitable<void> end_stream(asio::ip::tcp::socket& socket) {
    constexpr std::size_t most = 256 * 1024;
    error_code error;
    socket.shutdown(asio::ip::tcp::socket::shutdown_send, error);
    std::array<std::byte, 4096> unread{};
    for (std::size_t total = 0; !error && total < most;) {
        const auto buffer = asio::buffer(unread);
        const auto [read_error, count] = co_await socket.async_read_some(buffer, asio::as_tuple(asio::use_awaitable));
        error = read_error;
        total += count;
    }
}

}  // namespace gnutella::net
