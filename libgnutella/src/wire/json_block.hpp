#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace gnutella::wire {

/// Where in 64 bytes those stand that tell how JSON is put together: bit i stands for byte i.
struct JsonBlock {
    static constexpr std::size_t size = 64;

    std::uint64_t quotes = 0;
    std::uint64_t backslashes = 0;
    std::uint64_t opening = 0;  // { and [
    std::uint64_t closing = 0;  // } and ]

    friend bool operator==(const JsonBlock&, const JsonBlock&) = default;

    static JsonBlock of_bytes_one_by_one(const char* bytes) noexcept {
        JsonBlock block;
        for (std::size_t i = 0; i < size; ++i) {
            const std::uint64_t bit = std::uint64_t{1} << i;
            switch (bytes[i]) {
                case '"':
                    block.quotes |= bit;
                    break;
                case '\\':
                    block.backslashes |= bit;
                    break;
                case '{':
                case '[':
                    block.opening |= bit;
                    break;
                case '}':
                case ']':
                    block.closing |= bit;
                    break;
                default:
                    break;
            }
        }
        return block;
    }

    /// The same, sixteen at a time where the processor can.
    static JsonBlock of(const char* bytes) noexcept {
#ifdef __SSE2__
        JsonBlock block;
        for (std::size_t at = 0; at < size; at += 16) {
            const __m128i lane = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + at));
            // Setting bit 5 makes [ and ] into { and }, and no other byte into these.
            const __m128i braces = _mm_or_si128(lane, _mm_set1_epi8(0x20));
            block.quotes |= mask(lane, '"') << at;
            block.backslashes |= mask(lane, '\\') << at;
            block.opening |= mask(braces, '{') << at;
            block.closing |= mask(braces, '}') << at;
        }
        return block;
#else
        return of_bytes_one_by_one(bytes);
#endif
    }

  private:
#ifdef __SSE2__
    static std::uint64_t mask(__m128i lane, char letter) noexcept {
        return static_cast<std::uint64_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(lane, _mm_set1_epi8(letter))));
    }
#endif
};

}  // namespace gnutella::wire
