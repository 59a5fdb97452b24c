#include "transfer/file_name.hpp"

#include "utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace gnutella::transfer {

namespace {

constexpr std::size_t max_name = 255;

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
    std::string text(name);
    if (!is_utf8(text)) {  // in some old encoding that nobody names: what is ASCII of it can be read
        std::ranges::replace_if(
            text, [](char letter) { return static_cast<std::uint8_t>(letter) >= 0x80; }, '_');
    }
    std::string safe = to_one_line(text);
    safe.erase(0, safe.find_first_not_of(". "));
    if (safe.size() > max_safe_name) {
        safe = cut_stem(safe, {}, max_safe_name);
    }
    safe.erase(safe.find_last_not_of(' ') + 1);
    return safe.empty() ? "unnamed" : safe;
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
