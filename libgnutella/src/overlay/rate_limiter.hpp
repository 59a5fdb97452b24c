#pragma once

#include "overlay/time_point.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace gnutella::overlay {

/// So many a second on average, and so many at once. Shared by all limiters of one kind.
class Rate {
  public:
    /// @param per_second 0 lets nothing pass.
    Rate(std::size_t per_second, std::size_t burst)
        : interval_(per_second == 0 ? TimePoint::duration::max() : second / bounded(per_second)),
          tolerance_(per_second == 0 || burst == 0 ? TimePoint::duration::min() : interval_ * (bounded(burst) - 1)) {}

  private:
    friend class RateLimiter;

    static constexpr TimePoint::duration second = std::chrono::seconds(1);
    // As many as a second has ticks are as good as no limit.
    static constexpr TimePoint::duration::rep bounded(std::size_t count) {
        return static_cast<TimePoint::duration::rep>(std::min<std::size_t>(count, second.count()));
    }

    TimePoint::duration interval_;
    TimePoint::duration tolerance_;
};

/// A token bucket that remembers only when it will be full again (the "generic cell rate algorithm", ITU-T I.371):
/// eight bytes for each session. It starts full.
class RateLimiter {
  public:
    bool allow(const Rate& rate, TimePoint now) noexcept {
        if (rate.tolerance_ < TimePoint::duration::zero()) {
            return false;
        }
        if (full_at_ <= now) {
            full_at_ = now + rate.interval_;
            return true;
        }
        if (full_at_ - now > rate.tolerance_) {
            return false;
        }
        full_at_ += rate.interval_;
        return true;
    }

  private:
    TimePoint full_at_ = TimePoint::min();
};

}  // namespace gnutella::overlay
