#pragma once

#include <string>
#include <string_view>

namespace gnutella {

/// Whether the text is well-formed UTF-8.
bool is_utf8(std::string_view text) noexcept;

/// Whether well-formed UTF-8 can be shown to a person as one line: it holds no control character (C0, DEL, C1), no
/// line or paragraph separator, and none of those that turn the direction of writing, which make "gpj.exe" look like
/// "exe.jpg".
bool is_one_line(std::string_view text) noexcept;

/// The same text without the characters that is_one_line() knows.
/// @param text well-formed UTF-8.
std::string to_one_line(std::string_view text);

}  // namespace gnutella
