#include "base32.hpp"

#include "ascii.hpp"

#include <algorithm>
#include <array>

namespace gnutella {

namespace {

// A QUERY-HIT names up to 64 files by both hashes, so digits are looked up, eight at a time, and what is no digit is
// found out once at the end.
constexpr std::array<std::uint8_t, 256> base32_values = ascii::digit_values("abcdefghijklmnopqrstuvwxyz234567");

constexpr std::size_t group_digits = 8;
constexpr std::size_t group_bytes = 5;

// Reads `count` digits as the highest of a group's 40 bits, and adds them to what has been `seen`.
std::uint64_t read_group(const char* digits, std::size_t count, std::uint8_t& seen) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t value = base32_values[static_cast<unsigned char>(digits[i])];
        seen |= value;
        bits = bits << 5 | value;
    }
    return bits << 5 * (group_digits - count);
}

}  // namespace

bool decode_base32(std::string_view text, std::span<std::uint8_t> bytes) noexcept {
    if (text.size() != base32_digits(bytes.size())) {
        return false;
    }
    std::uint8_t seen = 0;
    std::uint64_t left_over = 0;
    const char* digits = text.data();
    for (std::size_t byte = 0; byte < bytes.size(); byte += group_bytes, digits += group_digits) {
        const std::size_t here = std::min(group_bytes, bytes.size() - byte);
        const std::uint64_t bits = read_group(digits, here == group_bytes ? group_digits : base32_digits(here), seen);
        for (std::size_t i = 0; i < here; ++i) {
            bytes[byte + i] = static_cast<std::uint8_t>(bits >> 8 * (group_bytes - 1 - i));
        }
        left_over = bits & ((std::uint64_t{1} << 8 * (group_bytes - here)) - 1);
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
