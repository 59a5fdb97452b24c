#pragma once

#include <cstdint>

#include <string_view>
#include "ascii.hpp"

namespace gnutella::wire {

/// The hash of a word that all query routing tables share (Query Routing 0.6, "Hashing Details" and Appendix A),
/// without regard to the case of ASCII letters.
/// @param bits of the result: from 1 to 32. The hash of fewer bits is the upper bits of the hash of more.
constexpr std::uint32_t query_hash(std::string_view word, unsigned bits) noexcept {
    constexpr std::uint32_t golden_ratio = 0x4F1BBCDC;
    std::uint32_t folded = 0;
    for (std::size_t at = 0; at < word.size(); ++at) {
        folded ^= std::uint32_t{static_cast<unsigned char>(ascii::lower(word[at]))} << at % 4 * 8;
    }
    return folded * golden_ratio >> (32 - bits);
}

}  // namespace gnutella::wire
