#include <gnutella/guid.hpp>

#include "ascii.hpp"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace gnutella {

namespace {

constexpr std::size_t text_length = 36;

constexpr bool hyphen_at(std::size_t position) {
    return position == 8 || position == 13 || position == 18 || position == 23;
}

// Where the first digit of each byte stands in the text.
constexpr std::array<std::size_t, 16> digits_of_byte{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

// Every message has an id to be read, so digits are looked up, and what is no digit is found out once at the end.
constexpr std::array<std::uint8_t, 256> hexadecimal_values = ascii::digit_values("0123456789abcdef");

}  // namespace

std::optional<Guid> Guid::parse(std::string_view text) noexcept {
    if (text.size() != text_length || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') {
        return std::nullopt;
    }
    Guid guid;
    unsigned seen = 0;
    for (std::size_t byte = 0; byte < guid.bytes.size(); ++byte) {
        const std::size_t at = digits_of_byte[byte];
        const unsigned high = hexadecimal_values[static_cast<unsigned char>(text[at])];
        const unsigned low = hexadecimal_values[static_cast<unsigned char>(text[at + 1])];
        seen |= high | low;
        guid.bytes[byte] = static_cast<std::uint8_t>(high << 4 | low);
    }
    if (seen > 0x0F) {
        return std::nullopt;
    }
    return guid;
}

Guid Guid::random() {
    Guid guid;
    std::size_t filled = 0;
    while (filled < guid.bytes.size()) {
        const ssize_t got = getrandom(guid.bytes.data() + filled, guid.bytes.size() - filled, 0);
        if (got < 0 && errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "getrandom");
        }
        filled += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    // RFC 9562, 5.4: version 4, variant 10.
    guid.bytes[6] = static_cast<std::uint8_t>((guid.bytes[6] & 0x0F) | 0x40);
    guid.bytes[8] = static_cast<std::uint8_t>((guid.bytes[8] & 0x3F) | 0x80);
    return guid;
}

std::string Guid::to_string() const {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(text_length);
    for (const std::uint8_t byte : bytes) {
        if (hyphen_at(text.size())) {
            text += '-';
        }
        text += digits[byte >> 4];
        text += digits[byte & 0x0F];
    }
    return text;
}

}  // namespace gnutella
