#pragma once

#include "transfer/token_bucket.hpp"

#include <cstdint>
#include <mutex>

namespace gnutella::net {

/// A TokenBucket for the transfers of many strands, by the machine's clock.
class BandwidthLimit {
  public:
    /// @param rate bytes a second; 0 for no limit.
    explicit BandwidthLimit(std::uint64_t rate) : unlimited_(rate == 0), bucket_(rate) {}

    bool unlimited() const noexcept { return unlimited_; }

    transfer::TokenBucket::Grant take(std::uint64_t wanted) {
        const std::scoped_lock lock(mutex_);
        return bucket_.take(transfer::TokenBucket::Clock::now(), wanted);
    }
    void give_back(std::uint64_t bytes) {
        const std::scoped_lock lock(mutex_);
        bucket_.give_back(bytes);
    }

  private:
    const bool unlimited_;
    std::mutex mutex_;
    transfer::TokenBucket bucket_;
};

}  // namespace gnutella::net
