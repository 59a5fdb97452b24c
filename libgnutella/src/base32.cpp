#include "base32.hpp"

#include "ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace gnutella {

namespace {

// A QUERY-HIT names up to 64 files by both hashes, so digits are looked up, eight at a time, and what is no digit is
// found out once at the end.
constexpr std::array<std::uint8_t, 256> base32_values = ascii::digit_values("abcdefghijklmnopqrstuvwxyz234567");

constexpr std::size_t group_digits = 8;
constexpr std::size_t group_bytes = 5;

// Reads a group's digits as its 40 bits, and adds them to what has been `seen`. Written out: a loop would wait for each
// digit before it takes the next.
std::uint64_t read_group(const char* digits, std::uint8_t& seen) {
    const auto value = [digits](std::size_t at) -> std::uint32_t {
        return base32_values[static_cast<unsigned char>(digits[at])];
    };
    const std::uint32_t a = value(0), b = value(1), c = value(2), d = value(3);
    const std::uint32_t e = value(4), f = value(5), g = value(6), h = value(7);
    seen |= static_cast<std::uint8_t>((a | b) | (c | d) | ((e | f) | (g | h)));
    const std::uint32_t high = (a << 15 | b << 10) | (c << 5 | d);
    const std::uint32_t low = (e << 15 | f << 10) | (g << 5 | h);
    return std::uint64_t{high} << 20 | low;
}

// Reads `count` digits, fewer than a group has, as the highest of its 40 bits.
std::uint64_t read_last_group(const char* digits, std::size_t count, std::uint8_t& seen) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t value = base32_values[static_cast<unsigned char>(digits[i])];
        seen |= value;
        bits = bits << 5 | value;
    }
    return bits << 5 * (group_digits - count);
}

// Writes a group's 40 bits.
void write_group(std::uint64_t bits, std::uint8_t* bytes) {
    bytes[0] = static_cast<std::uint8_t>(bits >> 32);
    bytes[1] = static_cast<std::uint8_t>(bits >> 24);
    bytes[2] = static_cast<std::uint8_t>(bits >> 16);
    bytes[3] = static_cast<std::uint8_t>(bits >> 8);
    bytes[4] = static_cast<std::uint8_t>(bits);
}

}  // namespace

bool decode_base32(std::string_view text, std::span<std::uint8_t> bytes) noexcept {
    if (text.size() != base32_digits(bytes.size())) {
        return false;
    }
    std::uint8_t seen = 0;
    std::uint64_t left_over = 0;
    const char* digits = text.data();
    for (; bytes.size() >= group_bytes; bytes = bytes.subspan(group_bytes), digits += group_digits) {
        write_group(read_group(digits, seen), bytes.data());
    }
    if (!bytes.empty()) {
        const std::uint64_t bits = read_last_group(digits, base32_digits(bytes.size()), seen);
        std::array<std::uint8_t, group_bytes> whole{};
        write_group(bits, whole.data());
        std::ranges::copy_n(whole.begin(), static_cast<std::ptrdiff_t>(bytes.size()), bytes.begin());
        left_over = bits & ((std::uint64_t{1} << 8 * (group_bytes - bytes.size())) - 1);
    }
    return seen < 32 && left_over == 0;
}

void encode_base32(std::span<const std::uint8_t> bytes, std::string& text) {
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::uint32_t bits = 0;
    int count = 0;
    for (const std::uint8_t byte : bytes) {
        bits = (bits << 8 | byte) & 0xFFFF;
        count += 8;
        while (count >= 5) {
            count -= 5;
            text += digits[bits >> count & 0x1F];
        }
    }
    if (count > 0) {
        text += digits[bits << (5 - count) & 0x1F];
    }
}

}  // namespace gnutella
