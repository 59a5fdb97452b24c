#include "printable.hpp"

#include "utf8.hpp"

#include <array>
#include <cstdio>

namespace gnut {

namespace {

bool is_control(char32_t value) noexcept {
    return value < 0x20 || (value >= 0x7F && value <= 0x9F);
}

/// What turns the direction of text around or breaks a line, though it is no control character (Unicode UAX #9).
bool is_layout_mark(char32_t value) noexcept {
    return value == 0x061C || value == 0x200E || value == 0x200F || (value >= 0x2028 && value <= 0x202E) ||
           (value >= 0x2066 && value <= 0x2069);
}

std::string escaped(const char* format, unsigned value) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

std::string visible(char32_t value) {
    switch (value) {
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            return escaped(value < 0x80 ? "\\x%02X" : "\\u{%X}", static_cast<unsigned>(value));
    }
}

}  // namespace

bool is_printable(char32_t value) noexcept {
    return !is_control(value) && !is_layout_mark(value);
}

std::string printable(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const auto point = first_code_point(text);
        if (!point) {
            shown += escaped("\\x%02X", static_cast<unsigned char>(text.front()));
            text.remove_prefix(1);
            continue;
        }
        if (is_printable(point->value)) {
            shown += text.substr(0, point->bytes);
        } else {
            shown += visible(point->value);
        }
        text.remove_prefix(point->bytes);
    }
    return shown;
}

bool is_plain_text(std::string_view content) noexcept {
    while (!content.empty()) {
        const auto point = first_code_point(content);
        if (!point) {
            return false;
        }
        const bool white_space = point->value == '\t' || point->value == '\n' || content.starts_with("\r\n");
        if (!is_printable(point->value) && !white_space) {
            return false;
        }
        content.remove_prefix(point->bytes);
    }
    return true;
}

}  // namespace gnut
