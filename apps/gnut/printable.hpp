#pragma once

#include <string>
#include <string_view>

namespace gnut {

/// The text as it may be shown on a terminal, on one line. Names come from strangers, who can put escape sequences into
/// them that retitle a window, move the cursor or retype the line, and marks that turn "exe.txt" around. Control
/// characters, bytes that are not UTF-8 and marks of direction come out as visible \n, \x1B, \u{202E}.
std::string printable(std::string_view text);

/// Whether a terminal shows this character and does nothing else: it is no control character, and neither turns the
/// direction of text around nor breaks a line.
bool is_printable(char32_t value) noexcept;

/// Whether a file's content may be printed as it is: valid UTF-8 of printable characters, tabs and newlines. A carriage
/// return stands before a newline alone: elsewhere what follows it would be written over what came before.
bool is_plain_text(std::string_view content) noexcept;

}  // namespace gnut
