#include <gnutella/guid.hpp>

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace gnutella {

namespace {

constexpr std::size_t text_length = 36;

constexpr bool hyphen_at(std::size_t position) {
    return position == 8 || position == 13 || position == 18 || position == 23;
}

int digit_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

}  // namespace

std::optional<Guid> Guid::parse(std::string_view text) noexcept {
    if (text.size() != text_length) {
        return std::nullopt;
    }
    Guid guid;
    std::size_t byte = 0;
    for (std::size_t at = 0; at < text_length;) {
        if (hyphen_at(at)) {
            if (text[at] != '-') {
                return std::nullopt;
            }
            ++at;
            continue;
        }
        const int high = digit_value(text[at]);
        const int low = digit_value(text[at + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        guid.bytes[byte++] = static_cast<std::uint8_t>(high * 16 + low);
        at += 2;
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
