#pragma once

#include <cstddef>
#include <string_view>

namespace gnutella::wire {

inline constexpr std::size_t max_file_name_length = 1024;

/// Whether a stranger's text may name a file here: not empty, at most 1,024 bytes, no path (no separator of any
/// system, neither "." nor ".."), and no control character, which could fool a terminal.
bool is_plain_file_name(std::string_view name) noexcept;

}  // namespace gnutella::wire
