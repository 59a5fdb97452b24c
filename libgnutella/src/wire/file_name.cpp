#include "wire/file_name.hpp"

namespace gnutella::wire {

namespace {

constexpr bool is_control(char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
}

// U+0080 to U+009F in UTF-8: some terminals take U+009B as the beginning of an escape sequence.
constexpr bool is_upper_control(char first, char second) {
    return first == '\xC2' && static_cast<unsigned char>(second) < 0xA0;
}

}  // namespace

bool is_plain_file_name(std::string_view name) noexcept {
    if (name.empty() || name.size() > max_file_name_length || name == "." || name == "..") {
        return false;
    }
    char before = 0;
    for (const char letter : name) {
        if (letter == '/' || letter == '\\' || is_control(letter) || is_upper_control(before, letter)) {
            return false;
        }
        before = letter;
    }
    return true;
}

}  // namespace gnutella::wire
