#include "net/quic_dialler.hpp"

#include "net/cancellation.hpp"
#include "net/resolve.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

asio::awaitable<QuicDialler::Dialled> QuicDialler::dial(const Hit& hit) {
    Dialled dialled;
    if (!endpoint_ || !hit.key || hit.source.port == 0) {
        dialled.error = Error::quic_refused;
        co_return dialled;
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto deadline = Clock::now() + limit_;
    const auto addresses = co_await resolve(strand_, hit.source, deadline);
    dialled.error = Error::cannot_resolve;
    for (const auto& address : addresses) {
        if (co_await is_cancelled()) {
            break;
        }
        const auto limit = deadline - Clock::now();
        if (limit <= Clock::duration::zero()) {
            dialled.error = Error::connect_timed_out;
            break;
        }
        const asio::ip::udp::endpoint to(address, hit.source.port);
        auto [error, stream] = co_await endpoint_->async_open(to, *hit.key, limit, asio::as_tuple(asio::use_awaitable));
        dialled.error = error;
        if (!error) {
            stream.use_executor(strand_);
            dialled.stream = std::move(stream);
            break;
        }
    }
    if (co_await is_cancelled()) {
        dialled.stream.reset();
        dialled.error = asio::error::operation_aborted;
    }
    co_return dialled;
}

}  // namespace gnutella::net
