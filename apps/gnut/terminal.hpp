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

/// Whether a short line can be written without waiting for whoever reads it, or cannot be at all.
bool is_writable_now(int descriptor) noexcept;

/// Opens standard output, or errors, anew where it is a terminal: what is set of it then, as that writes do not wait,
/// holds for this program alone. Left as it is where that cannot be.
void have_own_output(int descriptor) noexcept;

}  // namespace gnut
