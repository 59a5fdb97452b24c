#include "utf8.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>

namespace gnutella {

namespace {

// The length of the character at the front of the text, and the character; a length of 0 when it is malformed.
struct Character {
    std::int32_t code = 0;
    std::size_t length = 0;
};

Character first(std::string_view text) noexcept {
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte < 0x80) {
        return {byte, 1};
    }
    std::int32_t code = -1;
    const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                         static_cast<utf8proc_ssize_t>(text.size()), &code);
    return length > 0 ? Character{code, static_cast<std::size_t>(length)} : Character{};
}

bool breaks_the_line(std::int32_t code) noexcept {
    const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    const bool separator_or_override = code >= 0x2028 && code <= 0x202E;
    const bool isolate = code >= 0x2066 && code <= 0x2069;
    return control || separator_or_override || isolate;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const Character character = first(text);
        if (character.length == 0) {
            return false;
        }
        text.remove_prefix(character.length);
    }
    return true;
}

bool is_one_line(std::string_view text) noexcept {
    while (!text.empty()) {
        const Character character = first(text);
        if (character.length == 0 || breaks_the_line(character.code)) {
            return false;
        }
        text.remove_prefix(character.length);
    }
    return true;
}

std::string to_one_line(std::string_view text) {
    std::string line;
    while (!text.empty()) {
        const Character character = first(text);
        const std::size_t length = std::max<std::size_t>(character.length, 1);
        if (character.length > 0 && !breaks_the_line(character.code)) {
            line += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return line;
}

}  // namespace gnutella
