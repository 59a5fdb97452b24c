#include "utf8.hpp"

namespace gnut {

std::optional<CodePoint> first_code_point(std::string_view text) noexcept {
    const auto byte = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) {
        return CodePoint{lead, 1};
    }
    std::size_t length = 0;
    char32_t value = 0;
    char32_t least = 0;  // smaller values in so many bytes are overlong forms
    if ((lead & 0xE0U) == 0xC0) {
        length = 2, value = lead & 0x1FU, least = 0x80;
    } else if ((lead & 0xF0U) == 0xE0) {
        length = 3, value = lead & 0x0FU, least = 0x800;
    } else if ((lead & 0xF8U) == 0xF0) {
        length = 4, value = lead & 0x07U, least = 0x10000;
    } else {
        return std::nullopt;
    }
    if (text.size() < length) {
        return std::nullopt;
    }
    for (std::size_t index = 1; index < length; ++index) {
        if ((byte(index) & 0xC0U) != 0x80) {
            return std::nullopt;
        }
        value = (value << 6U) | (byte(index) & 0x3FU);
    }
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < least || value > 0x10FFFF || surrogate) {
        return std::nullopt;
    }
    return CodePoint{value, length};
}

std::string valid_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const auto point = first_code_point(text);
        if (point) {
            valid += text.substr(0, point->bytes);
        } else {
            valid += "\xEF\xBF\xBD";
        }
        text.remove_prefix(point ? point->bytes : 1);
    }
    return valid;
}

}  // namespace gnut
