#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace gnutella::transfer {

/// How fast a source sends, while it is asked for something: a mean in which what came lately weighs most. The time in
/// which nothing is asked does not count.
class RateEstimate {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Something is asked for: time counts from now on.
    void begin(TimePoint now) noexcept;
    void received(std::uint64_t bytes, TimePoint now) noexcept;
    /// Nothing is asked for: time counts no more.
    void end(TimePoint now) noexcept;

    /// Bytes a second; silence since the last byte makes it less. nullopt before the first byte came.
    std::optional<double> rate(TimePoint now) const noexcept;

    /// All bytes that came.
    std::uint64_t total() const noexcept { return total_; }

  private:
    void fold(TimePoint now) noexcept;

    bool running_ = false;
    TimePoint since_{};          // what is before it is in the mean
    std::uint64_t pending_ = 0;  // bytes since then
    std::uint64_t total_ = 0;
    double mean_ = 0;  // of which only `weight_` is founded on something
    double weight_ = 0;
};

}  // namespace gnutella::transfer
