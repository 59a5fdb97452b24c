#include <gnutella/urn.hpp>

#include <algorithm>
#include <span>

namespace gnutella {

namespace {

constexpr std::string_view sha1_prefix = "urn:sha1:";
constexpr std::string_view tiger_prefix = "urn:tree:tiger/:";
constexpr std::string_view tiger_prefix_without_slash = "urn:tree:tiger:";
constexpr std::string_view bitprint_prefix = "urn:bitprint:";

// RFC 4648, section 6, without padding: 32 digits for a SHA-1, 39 for a Tiger root.
constexpr std::size_t digits_of(std::size_t bytes) {
    return (bytes * 8 + 4) / 5;
}
constexpr std::size_t sha1_digits = digits_of(std::tuple_size_v<Sha1>);
constexpr std::size_t tiger_digits = digits_of(std::tuple_size_v<TigerRoot>);

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

// A QUERY-HIT names up to 64 files by both hashes, so digits are looked up, eight at a time, and what is no digit is
// found out once at the end.
constexpr std::uint8_t no_digit = 0xFF;
constexpr std::array<std::uint8_t, 256> make_digit_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::uint8_t value = 0; value < 32; ++value) {
        values[static_cast<unsigned char>("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[value])] = value;
        values[static_cast<unsigned char>("abcdefghijklmnopqrstuvwxyz234567"[value])] = value;
    }
    return values;
}
constexpr std::array<std::uint8_t, 256> digit_values = make_digit_values();

constexpr std::size_t group_digits = 8;
constexpr std::size_t group_bytes = 5;

// Reads `count` digits as the highest of a group's 40 bits, and adds them to what has been `seen`.
std::uint64_t read_group(const char* digits, std::size_t count, std::uint8_t& seen) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t value = digit_values[static_cast<unsigned char>(digits[i])];
        seen |= value;
        bits = bits << 5 | value;
    }
    return bits << 5 * (group_digits - count);
}

template <std::size_t size>
bool decode_base32(std::string_view text, std::array<std::uint8_t, size>& bytes) {
    if (text.size() != digits_of(size)) {
        return false;
    }
    std::uint8_t seen = 0;
    std::uint64_t left_over = 0;
    const char* digits = text.data();
    for (std::size_t byte = 0; byte < size; byte += group_bytes, digits += group_digits) {
        const std::size_t here = std::min(group_bytes, size - byte);
        const std::uint64_t bits = read_group(digits, here == group_bytes ? group_digits : digits_of(here), seen);
        for (std::size_t i = 0; i < here; ++i) {
            bytes[byte + i] = static_cast<std::uint8_t>(bits >> 8 * (group_bytes - 1 - i));
        }
        left_over = bits & ((std::uint64_t{1} << 8 * (group_bytes - here)) - 1);
    }
    // The bits left over must be zero: one file has one name.
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

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (text.size() < prefix.size()) {
        return false;
    }
    for (std::size_t at = 0; at < prefix.size(); ++at) {
        if (lower(text[at]) != prefix[at]) {
            return false;
        }
    }
    text.remove_prefix(prefix.size());
    return true;
}

}  // namespace

std::optional<Urn> Urn::parse(std::string_view text) noexcept {
    Sha1 sha1{};
    TigerRoot tiger{};
    if (take_prefix(text, sha1_prefix)) {
        return decode_base32(text, sha1) ? std::optional<Urn>(sha1) : std::nullopt;
    }
    if (take_prefix(text, tiger_prefix) || take_prefix(text, tiger_prefix_without_slash)) {
        return decode_base32(text, tiger) ? std::optional<Urn>(tiger) : std::nullopt;
    }
    if (take_prefix(text, bitprint_prefix)) {
        const bool well_formed = text.size() == sha1_digits + 1 + tiger_digits && text[sha1_digits] == '.' &&
                                 decode_base32(text.substr(0, sha1_digits), sha1) &&
                                 decode_base32(text.substr(sha1_digits + 1), tiger);
        return well_formed ? std::optional<Urn>(std::in_place, sha1, tiger) : std::nullopt;
    }
    return std::nullopt;
}

std::string Urn::to_string() const {
    std::string text;
    if (sha1_ && tiger_) {
        text = bitprint_prefix;
        encode_base32(*sha1_, text);
        text += '.';
        encode_base32(*tiger_, text);
        return text;
    }
    if (tiger_) {
        text = tiger_prefix;
        encode_base32(*tiger_, text);
        return text;
    }
    return sha1_string();
}

std::string Urn::sha1_string() const {
    std::string text;
    if (sha1_) {
        text = sha1_prefix;
        encode_base32(*sha1_, text);
    }
    return text;
}

bool Urn::same_file(const Urn& other) const noexcept {
    const bool sha1_known = sha1_ && other.sha1_;
    const bool tiger_known = tiger_ && other.tiger_;
    if ((sha1_known && *sha1_ != *other.sha1_) || (tiger_known && *tiger_ != *other.tiger_)) {
        return false;
    }
    return sha1_known || tiger_known;
}

}  // namespace gnutella
