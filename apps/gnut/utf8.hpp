#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gnut {

/// One character at the start of a text, and the bytes that it takes.
struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 0;
};

/// Reads the first character of a text that is not empty; nullopt when it is not valid UTF-8 (RFC 3629: no overlong
/// forms, no surrogates).
std::optional<CodePoint> first_code_point(std::string_view text) noexcept;

/// The text with each byte that is not valid UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

}  // namespace gnut
