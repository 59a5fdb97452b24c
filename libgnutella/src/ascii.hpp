#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

/// The texts of protocols: ASCII alone, whatever the locale is.
namespace gnutella::ascii {

constexpr char lower(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// Whether two texts are the same without regard to case.
constexpr bool same(std::string_view one, std::string_view other) noexcept {
    return std::ranges::equal(one, other, {}, lower, lower);
}

constexpr bool starts_with(std::string_view text, std::string_view prefix) noexcept {
    return text.size() >= prefix.size() && same(text.substr(0, prefix.size()), prefix);
}

/// Removes a prefix, in any case, from the front of a text. @return whether it was there.
constexpr bool take_prefix(std::string_view& text, std::string_view prefix) noexcept {
    if (!starts_with(text, prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

/// Without the spaces and tabs at both ends.
constexpr std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The number that a whole text is; nullopt when it is none, or too large.
template <std::integral Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) noexcept {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number, base);
    return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

/// What is no digit, in the table that digit_values() makes: more than any digit, and than several of them or'ed.
inline constexpr std::uint8_t no_digit = 0xFF;

/// A table of what each byte is worth as one of these digits, for those who read many of them.
/// @param digits in ascending order, letters in lower case; upper case is the same.
constexpr std::array<std::uint8_t, 256> digit_values(std::string_view digits) noexcept {
    std::array<std::uint8_t, 256> values{};
    for (std::size_t byte = 0; byte < values.size(); ++byte) {
        const std::size_t place = digits.find(lower(static_cast<char>(byte)));
        values[byte] = place == std::string_view::npos ? no_digit : static_cast<std::uint8_t>(place);
    }
    return values;
}

/// The value of a hexadecimal digit; -1 for what is none.
constexpr int hexadecimal_value(char digit) noexcept {
    const char letter = lower(digit);
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

}  // namespace gnutella::ascii
