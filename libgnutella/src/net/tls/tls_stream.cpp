#include "net/tls/tls_stream.hpp"

#include "net/stream_end.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gnutella::net {

namespace asio = boost::asio;

asio::awaitable<void> end_stream(TlsStream& stream) {
    const auto [error] = co_await stream.async_shutdown_send(asio::as_tuple(asio::use_awaitable));
    if (!error) {
        co_await end_stream(stream.socket());
    }
}

}  // namespace gnutella::net
