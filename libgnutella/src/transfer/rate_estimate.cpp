#include "transfer/rate_estimate.hpp"

#include <cmath>

namespace gnutella::transfer {

namespace {

using Seconds = std::chrono::duration<double>;

constexpr Seconds memory{3};             // after that time something weighs a third of what it did
constexpr Seconds shortest_slice{0.02};  // bytes come in bursts

// How much of the mean is kept after so long.
double kept_after(Seconds time) {
    return std::exp(-time / memory);
}

}  // namespace

void RateEstimate::begin(TimePoint now) noexcept {
    if (!running_) {
        running_ = true;
        since_ = now;
    }
}

void RateEstimate::received(std::uint64_t bytes, TimePoint now) noexcept {
    begin(now);
    pending_ += bytes;
    total_ += bytes;
    if (now - since_ >= shortest_slice) {
        fold(now);
    }
}

void RateEstimate::end(TimePoint now) noexcept {
    if (running_ && now > since_ && pending_ > 0) {
        fold(now);
    }
    running_ = false;
}

void RateEstimate::fold(TimePoint now) noexcept {
    const Seconds time = now - since_;
    const double kept = kept_after(time);
    mean_ = mean_ * kept + static_cast<double>(pending_) / time.count() * (1 - kept);
    weight_ = weight_ * kept + (1 - kept);
    pending_ = 0;
    since_ = now;
}

std::optional<double> RateEstimate::rate(TimePoint now) const noexcept {
    RateEstimate later = *this;
    if (running_ && now > since_ && (pending_ > 0 || weight_ > 0)) {
        const bool long_enough = now - since_ >= shortest_slice;
        if (long_enough) {
            later.fold(now);
        }
    }
    if (later.weight_ <= 0) {
        return std::nullopt;
    }
    return later.mean_ / later.weight_;
}

}  // namespace gnutella::transfer
