#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace gnutella::transfer {

/// Bytes a second, over the last seconds.
class RateMeter {
  public:
    using Clock = std::chrono::steady_clock;

    explicit RateMeter(Clock::time_point start) { samples_.push_back({start, 0}); }

    /// The rate now, when `total` bytes have gone since the start. Times must not go back.
    double rate(std::uint64_t total, Clock::time_point now);

  private:
    struct Sample {
        Clock::time_point time;
        std::uint64_t total;
    };
    std::deque<Sample> samples_;  // the first is at least `window` old, if anything is
};

}  // namespace gnutella::transfer
