#include "transfer/rate_meter.hpp"

namespace gnutella::transfer {

namespace {

constexpr std::chrono::seconds window{3};
constexpr std::chrono::milliseconds spacing{100};  // so that a caller in a hurry does not make the window grow

}  // namespace

double RateMeter::rate(std::uint64_t total, Clock::time_point now) {
    if (now - samples_.back().time >= spacing) {
        samples_.push_back({now, total});
    }
    while (samples_.size() > 1 && now - samples_[1].time >= window) {
        samples_.pop_front();
    }
    const std::chrono::duration<double> elapsed = now - samples_.front().time;
    return elapsed.count() > 0 ? static_cast<double>(total - samples_.front().total) / elapsed.count() : 0;
}

}  // namespace gnutella::transfer
