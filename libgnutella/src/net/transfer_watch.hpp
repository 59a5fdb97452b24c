#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace gnutella::net {

/// Watches that something goes on: calls back when nothing has for too long, and at regular times in between. Progress
/// costs a look at the clock, no timer. All functions and callbacks on one strand.
class TransferWatch {
  public:
    using Clock = std::chrono::steady_clock;

    /// @param strand where the callbacks are called.
    explicit TransferWatch(const boost::asio::any_io_executor& strand);
    /// No callback is called after it.
    ~TransferWatch();
    TransferWatch(const TransferWatch&) = delete;
    TransferWatch& operator=(const TransferWatch&) = delete;

    /// What to do when nothing has gone on for the time limit. The watch has ended then.
    void on_stall(std::function<void()> callback);

    /// Watches from now on, in place of what it watched before.
    void start(Clock::duration limit);

    /// The same, and calls `tick` every `interval`.
    void start(Clock::duration limit, Clock::duration interval, std::function<void()> tick);

    /// Something went on: the time limit begins anew.
    void progress();

    void stop();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gnutella::net
