#include "transfer/file_name.hpp"

#include <algorithm>
#include <cstdint>

namespace gnutella::transfer {

namespace {

constexpr std::size_t max_name = 255;

struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 0;  // 0: not valid UTF-8
};

// RFC 3629, 4: no overlong forms, no surrogates, nothing over U+10FFFF.
CodePoint first_code_point(std::string_view text) noexcept {
    const auto octet = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    const std::uint8_t lead = octet(0);
    if (lead < 0x80) {
        return {lead, 1};
    }
    const std::size_t bytes = lead >= 0xC2 && lead <= 0xDF ? 2
                              : (lead & 0xF0) == 0xE0      ? 3
                              : (lead & 0xF8) == 0xF0      ? 4
                                                           : 0;
    if (bytes == 0 || text.size() < bytes) {
        return {};
    }
    char32_t value = static_cast<char32_t>(lead & (0x7F >> bytes));
    for (std::size_t at = 1; at < bytes; ++at) {
        if ((octet(at) & 0xC0) != 0x80) {
            return {};
        }
        value = value << 6 | (octet(at) & 0x3F);
    }
    const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    return overlong || surrogate || value > 0x10FFFF ? CodePoint{} : CodePoint{value, bytes};
}

bool is_control(char32_t value) noexcept {
    return value < 0x20 || (value >= 0x7F && value < 0xA0) || value == 0x2028 || value == 0x2029;
}

// "annexe\u202Etxt.exe" is shown as "annexeexe.txt".
bool turns_direction(char32_t value) noexcept {
    return value == 0x061C || value == 0x200E || value == 0x200F || (value >= 0x202A && value <= 0x202E) ||
           (value >= 0x2066 && value <= 0x2069);
}

std::string_view cut(std::string_view text, std::size_t most) noexcept {
    if (text.size() <= most) {
        return text;
    }
    while (most > 0 && (static_cast<std::uint8_t>(text[most]) & 0xC0) == 0x80) {
        --most;
    }
    return text.substr(0, most);
}

struct NameParts {
    std::string_view stem;
    std::string_view extension;  // with its dot
};

NameParts split(std::string_view name) noexcept {
    constexpr std::size_t longest_extension = 20;
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || name.size() - dot > longest_extension) {
        return {name, {}};
    }
    return {name.substr(0, dot), name.substr(dot)};
}

std::string cut_stem(std::string_view name, std::string_view addition, std::size_t most) {
    const NameParts parts = split(name);
    std::string result(cut(parts.stem, most - addition.size() - parts.extension.size()));
    result += addition;
    result += parts.extension;
    return result;
}

}  // namespace

std::string safe_file_name(std::string_view name) {
    name.remove_prefix(std::min(name.size(), name.find_last_of("/\\") + 1));  // npos + 1 is 0
    std::string safe;
    while (!name.empty()) {
        const CodePoint code_point = first_code_point(name);
        const bool usable = code_point.bytes > 0 && !is_control(code_point.value) && !turns_direction(code_point.value);
        if (usable) {
            safe += name.substr(0, code_point.bytes);
        } else {
            safe += '_';
        }
        name.remove_prefix(std::max<std::size_t>(code_point.bytes, 1));
    }
    safe.erase(0, safe.find_first_not_of(". "));
    safe.erase(safe.find_last_not_of(' ') + 1);
    if (safe.empty()) {
        return "unnamed";
    }
    return safe.size() <= max_safe_name ? safe : cut_stem(safe, {}, max_safe_name);
}

bool is_plain_file_name(std::string_view name) noexcept {
    constexpr std::string_view forbidden("/\0", 2);
    return !name.empty() && name != "." && name != ".." && name.size() <= max_name &&
           name.find_first_of(forbidden) == std::string_view::npos;
}

std::string part_file_suffix(const Urn& urn) {
    const std::string text = urn.sha1() ? urn.sha1_string() : urn.to_string();
    return "." + text.substr(text.rfind(':') + 1) + ".part";
}

std::string part_file_name(std::string_view name, const Urn& urn) {
    const std::string suffix = part_file_suffix(urn);
    return "." + std::string(cut(name, max_name - 1 - suffix.size())) + suffix;
}

std::string numbered_name(std::string_view name, unsigned number) {
    const std::string addition = " (" + std::to_string(number) + ")";
    return cut_stem(name, addition, std::min(max_name, name.size() + addition.size()));
}

}  // namespace gnutella::transfer
