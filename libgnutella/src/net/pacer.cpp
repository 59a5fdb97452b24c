#include "net/pacer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gnutella::net {

boost::asio::awaitable<std::uint64_t> Pacer::next(std::uint64_t wanted) {
    if (cancelled_) {
        co_return 0;
    }
    const auto grant = limit_->take(wanted);
    if (grant.wait > grant.wait.zero()) {
        timer_.expires_after(grant.wait);
        const auto [error] = co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        if (error || cancelled_) {
            limit_->give_back(grant.bytes);
            co_return 0;
        }
    }
    co_return grant.bytes;
}

void Pacer::cancel() {
    cancelled_ = true;
    timer_.cancel();
}

}  // namespace gnutella::net
