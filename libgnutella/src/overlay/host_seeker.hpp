#pragma once

#include "overlay/back_off.hpp"
#include "overlay/random.hpp"
#include "overlay/time_point.hpp"

#include <gnutella/endpoint.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace gnutella::overlay {

/// When remembered hosts are tried, while too few sessions are open: one at a time, with the first wait between two of
/// them, and longer and longer waits after each round through all of them. One that opened, and was gone again at once,
/// was tried like one that did not open.
class HostSeeker {
  public:
    HostSeeker(std::chrono::milliseconds retry_interval, std::chrono::milliseconds max_retry_interval)
        : retry_interval_(retry_interval), back_off_(retry_interval, max_retry_interval) {}

    /// Too few sessions are open. Nothing changes when it is known. @param known how many hosts a round takes.
    void begin(std::size_t known, TimePoint now, Random& random);
    /// Enough are open: others have come. Until they have gone again, what would have been due is put off, and no
    /// longer than that: who comes and goes must not keep us from looking for others.
    void end();
    /// Enough are open, with the host that was being tried.
    void opened(TimePoint now);

    bool due(TimePoint now) const { return next_ <= now; }
    /// That host is being tried; nothing else is due until it has failed or opened.
    void trying(const Endpoint& host);
    bool is_trying(const Endpoint& host) const { return host_ == host; }
    /// It failed, or there was none to try, or it opened and more are wanted still.
    void tried(std::size_t known, TimePoint now, Random& random);

    TimePoint next_deadline() const { return next_; }

  private:
    std::chrono::milliseconds retry_interval_;
    BackOff back_off_;
    std::optional<Endpoint> host_;
    std::size_t tried_ = 0;  // of this round
    std::optional<TimePoint> opened_at_;
    std::optional<TimePoint> put_off_;
    TimePoint next_ = TimePoint::max();
};

}  // namespace gnutella::overlay
