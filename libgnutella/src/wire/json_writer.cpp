#include "wire/json_writer.hpp"

#include <utf8proc.h>
#include <array>

namespace gnutella::wire {

namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

// What may stand in a JSON string as it is (RFC 8259, 7). Bytes of 0x80 and more need a look at their neighbours.
constexpr std::array<bool, 256> make_plain() {
    std::array<bool, 256> plain{};
    for (std::size_t byte = 0x20; byte < 0x80; ++byte) {
        plain[byte] = byte != '"' && byte != '\\';
    }
    return plain;
}
constexpr std::array<bool, 256> plain = make_plain();

std::size_t plain_length(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && plain[static_cast<unsigned char>(text[length])]) {
        ++length;
    }
    return length;
}

void escape(char letter, std::string& buffer) {
    static constexpr char digits[] = "0123456789abcdef";
    buffer += '\\';
    switch (letter) {
        case '"':
        case '\\':
            buffer += letter;
            break;
        case '\b':
            buffer += 'b';
            break;
        case '\f':
            buffer += 'f';
            break;
        case '\n':
            buffer += 'n';
            break;
        case '\r':
            buffer += 'r';
            break;
        case '\t':
            buffer += 't';
            break;
        default:
            buffer += "u00";
            buffer += digits[static_cast<unsigned char>(letter) >> 4];
            buffer += digits[letter & 0x0F];
            break;
    }
}

// Bytes of the character at the front; 0 when it is not UTF-8.
std::size_t character_length(std::string_view text) {
    utf8proc_int32_t code_point = 0;
    const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                         static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    return length > 0 ? static_cast<std::size_t>(length) : 0;
}

}  // namespace

void JsonWriter::text(std::string_view value) {
    buffer_ += '"';
    while (true) {
        const std::size_t run = plain_length(value);
        buffer_.append(value.data(), run);
        value.remove_prefix(run);
        if (value.empty()) {
            break;
        }
        std::size_t used = 1;
        if (static_cast<unsigned char>(value.front()) < 0x80) {
            escape(value.front(), buffer_);
        } else if (const std::size_t length = character_length(value); length > 0) {
            buffer_.append(value.data(), length);
            used = length;
        } else {
            buffer_ += replacement_character;
        }
        value.remove_prefix(used);
    }
    buffer_ += '"';
}

}  // namespace gnutella::wire
