#pragma once

#include "net/bandwidth_limit.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>

namespace gnutella::net {

/// Has one transfer wait for its portions of a BandwidthLimit. All functions on the transfer's strand.
class Pacer {
  public:
    Pacer(const boost::asio::any_io_executor& strand, std::shared_ptr<BandwidthLimit> limit)
        : limit_(std::move(limit)), timer_(strand) {}

    bool unlimited() const noexcept { return limit_->unlimited(); }

    /// Waits until some bytes may go. @param wanted at least one.
    /// @return how many, at most as many as are wanted; 0 after cancel().
    boost::asio::awaitable<std::uint64_t> next(std::uint64_t wanted);

    /// Ends the wait, and every later one at once.
    void cancel();

  private:
    std::shared_ptr<BandwidthLimit> limit_;
    boost::asio::steady_timer timer_;
    bool cancelled_ = false;
};

}  // namespace gnutella::net
