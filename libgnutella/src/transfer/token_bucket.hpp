#pragma once

#include <chrono>
#include <cstdint>

namespace gnutella::transfer {

/// Keeps transfers to so many bytes a second. Each transfer that shares it asks for a portion at a time and is told
/// when that may go: portions are handed out one after another, so that as many as ask get equal shares. It reads no
/// clock.
class TokenBucket {
  public:
    using Clock = std::chrono::steady_clock;

    /// A portion of what is to be transferred.
    struct Grant {
        std::uint64_t bytes = 0;
        /// Time to wait before they go; zero: they may go now.
        Clock::duration wait{};
    };

    /// What a bucket saves up while nobody takes from it, unless told otherwise: this much of its rate.
    static constexpr std::chrono::milliseconds default_burst{50};

    /// @param rate bytes a second; 0 for no limit.
    /// @param burst time for which unused rate may be caught up on.
    explicit TokenBucket(std::uint64_t rate, Clock::duration burst = default_burst) noexcept
        : rate_(rate), burst_(burst) {}

    bool unlimited() const noexcept { return rate_ == 0; }

    /// Takes a portion.
    /// @param now never earlier than at a call before.
    /// @param wanted bytes, at least one.
    /// @return at least one byte and at most as many as are wanted: all of them when there is no limit, else no more
    ///     than a twentieth of a second's, so that nobody waits long for his turn.
    Grant take(Clock::time_point now, std::uint64_t wanted) noexcept;

    /// Takes back what was granted and will not be used. @param bytes at most what the grants were for.
    void give_back(std::uint64_t bytes) noexcept;

  private:
    Clock::duration time_of(std::uint64_t bytes) const noexcept;

    std::uint64_t rate_;
    Clock::duration burst_;
    /// When all that was granted will have gone, at the rate.
    Clock::time_point free_at_{};
};

}  // namespace gnutella::transfer
