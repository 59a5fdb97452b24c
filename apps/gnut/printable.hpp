#pragma once

#include <string>
#include <string_view>

namespace gnut {

/// The text as it may be shown on a terminal, on one line. Names come from strangers, who can put escape sequences into
/// them that retitle a window, move the cursor or retype the line, and marks that turn "exe.txt" around. Control
/// characters, bytes that are not UTF-8 and marks of direction come out as visible \n, \x1B, \u{202E}.
std::string printable(std::string_view text);

/// Whether a file's content may be printed as it is: valid UTF-8, with no control characters but tab, newline and
/// carriage return.
bool is_plain_text(std::string_view content) noexcept;

}  // namespace gnut
