#include "overlay/random.hpp"

#include <bit>
#include <cstring>

namespace gnutella::overlay {

namespace {

// The four words and the round of SipHash (Aumasson and Bernstein, 2012, section 2).
struct SipState {
    std::uint64_t v0;
    std::uint64_t v1;
    std::uint64_t v2;
    std::uint64_t v3;

    void round() noexcept {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }

    void absorb(std::uint64_t word) noexcept {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
};

// Spreads a seed of 64 bits over a key of 128 (the finalizer of SplitMix64).
std::uint64_t spread(std::uint64_t value) noexcept {
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed) noexcept : key_low_(spread(seed)), key_high_(spread(seed + 0x9E3779B97F4A7C15ULL)) {}

std::uint64_t Random::next() noexcept {
    SipState state{key_low_ ^ 0x736F6D6570736575ULL, key_high_ ^ 0x646F72616E646F6DULL,
                   key_low_ ^ 0x6C7967656E657261ULL, key_high_ ^ 0x7465646279746573ULL};
    state.absorb(counter_++);
    state.absorb(std::uint64_t{sizeof counter_} << 56);
    state.v2 ^= 0xFF;
    for (int round = 0; round < 4; ++round) {
        state.round();
    }
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

double Random::fraction() noexcept {
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

Guid Random::guid() noexcept {
    const std::uint64_t words[2] = {next(), next()};
    Guid guid;
    static_assert(sizeof words == sizeof guid.bytes);
    std::memcpy(guid.bytes.data(), words, sizeof words);
    guid.bytes[6] = static_cast<std::uint8_t>((guid.bytes[6] & 0x0F) | 0x40);
    guid.bytes[8] = static_cast<std::uint8_t>((guid.bytes[8] & 0x3F) | 0x80);
    return guid;
}

}  // namespace gnutella::overlay
