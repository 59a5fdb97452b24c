#pragma once

#include "overlay/random.hpp"

#include <algorithm>
#include <chrono>

namespace gnutella::overlay {

/// Waits between attempts: each twice as long as the one before, up to a bound, and each a quarter longer or shorter by
/// chance, so that nodes that lost the same neighbour do not all come back at once.
class BackOff {
  public:
    BackOff(std::chrono::milliseconds first, std::chrono::milliseconds most)
        : first_(first), most_(most), next_(first) {}

    std::chrono::microseconds next(Random& random) {
        const auto wait = next_;
        next_ = std::min(most_, next_ * 2);
        return jittered(wait, random);
    }
    void reset() { next_ = first_; }
    /// What was tried went well for so long. Waits begin anew then, but not when that was shorter than the next of
    /// them, and not long either: who takes us in and throws us out at once is not to be asked again and again.
    /// @return whether they begin anew.
    bool lasted(std::chrono::microseconds time) {
        constexpr std::chrono::milliseconds long_enough{30'000};
        const bool anew = time >= std::min(next_, long_enough);
        if (anew) {
            reset();
        }
        return anew;
    }

    static std::chrono::microseconds jittered(std::chrono::milliseconds wait, Random& random) {
        const std::chrono::duration<double, std::micro> exact = wait;
        return std::chrono::microseconds(static_cast<std::int64_t>(exact.count() * (0.75 + 0.5 * random.fraction())));
    }

  private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds most_;
    std::chrono::milliseconds next_;
};

}  // namespace gnutella::overlay
