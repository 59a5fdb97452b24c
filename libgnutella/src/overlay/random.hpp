#pragma once

#include <gnutella/guid.hpp>

#include <cstdint>

namespace gnutella::overlay {

/// Numbers from a seed: SipHash-2-4 of a counter, keyed by the seed. Not a plain generator, since the ids made here are
/// seen by everyone, and must not betray the secrets made here (GuidHash).
class Random {
  public:
    explicit Random(std::uint64_t seed) noexcept;

    std::uint64_t next() noexcept;
    /// From 0 up to, but not, 1.
    double fraction() noexcept;
    /// In the form of a random UUID (RFC 9562, 5.4).
    Guid guid() noexcept;

  private:
    std::uint64_t key_low_;
    std::uint64_t key_high_;
    std::uint64_t counter_ = 0;
};

}  // namespace gnutella::overlay
