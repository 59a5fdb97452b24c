#include "transfer/token_bucket.hpp"

#include <algorithm>

namespace gnutella::transfer {

namespace {

// What comes all at once must find room where it arrives: a UDP socket takes little more than 200 KB by default,
// perhaps from several at a time.
constexpr std::uint64_t max_portion = 64 * 1024;
constexpr std::uint64_t portions_a_second = 20;

}  // namespace

TokenBucket::Grant TokenBucket::take(Clock::time_point now, std::uint64_t wanted) noexcept {
    if (unlimited()) {
        return {wanted, {}};
    }
    const std::uint64_t portion = std::clamp(rate_ / portions_a_second, std::uint64_t{1}, max_portion);
    const std::uint64_t bytes = std::min(wanted, portion);
    free_at_ = std::max(free_at_, now - burst_);
    const Clock::duration wait = std::max(free_at_ - now, Clock::duration::zero());
    free_at_ += time_of(bytes);
    return {bytes, wait};
}

void TokenBucket::give_back(std::uint64_t bytes) noexcept {
    if (!unlimited()) {
        free_at_ -= time_of(bytes);
    }
}

TokenBucket::Clock::duration TokenBucket::time_of(std::uint64_t bytes) const noexcept {
    const double seconds = static_cast<double>(bytes) / static_cast<double>(rate_);
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

}  // namespace gnutella::transfer
