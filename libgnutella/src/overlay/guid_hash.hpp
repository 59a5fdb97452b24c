#pragma once

#include "overlay/random.hpp"

#include <gnutella/guid.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace gnutella::overlay {

/// A hash with a secret: strangers choose the ids that our tables are keyed by, and could else choose such as all fall
/// into one place.
class GuidHash {
  public:
    explicit GuidHash(Random& random) noexcept : low_secret_(random.next()), high_secret_(random.next()) {}

    std::size_t operator()(const Guid& guid) const noexcept {
        __extension__ using Wide = unsigned __int128;
        std::uint64_t low = 0;
        std::uint64_t high = 0;
        std::memcpy(&low, guid.bytes.data(), sizeof low);
        std::memcpy(&high, guid.bytes.data() + sizeof low, sizeof high);
        const Wide product = static_cast<Wide>(low ^ low_secret_) * (high ^ high_secret_);
        return static_cast<std::size_t>(static_cast<std::uint64_t>(product) ^
                                        static_cast<std::uint64_t>(product >> 64));
    }

  private:
    std::uint64_t low_secret_;
    std::uint64_t high_secret_;
};

}  // namespace gnutella::overlay
