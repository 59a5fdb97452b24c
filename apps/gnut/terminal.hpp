#pragma once

#include <cstddef>

namespace gnut {

/// Whether a person sees what is written there, or types what is read from there.
bool is_terminal(int descriptor) noexcept;

/// Whether this process may read from that terminal: a job in the background that tries is stopped by the kernel.
bool is_in_foreground(int descriptor) noexcept;

/// Whether lines can be edited on this terminal: it moves its cursor (TERM is set and not "dumb").
bool can_edit_lines() noexcept;

/// Columns of the terminal; 80 when it does not say. At least 2.
std::size_t terminal_columns(int descriptor) noexcept;

/// Whether a short line can be written without waiting for whoever reads it.
bool is_writable_now(int descriptor) noexcept;

/// Has a write that waits go on when that signal comes, rather than fail with what it has written. For signals that do
/// not end the program, once something waits for them.
void go_on_writing_after(int signal) noexcept;

}  // namespace gnut
