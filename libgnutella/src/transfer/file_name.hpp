#pragma once

#include <gnutella/urn.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace gnutella::transfer {

/// Bytes that a name made by safe_file_name has at most: with what part_file_name and numbered_name add to it, it
/// stays under the 255 that file systems allow.
inline constexpr std::size_t max_safe_name = 200;

/// A name under which a stranger's file can be saved: the last component of what was given, in valid UTF-8, without
/// control characters and characters that turn the direction of text (which disguise an extension), not hidden, not
/// empty, cut to `max_safe_name` with its extension kept. What is left of nothing is "unnamed".
std::string safe_file_name(std::string_view name);

/// Whether a name that a user chose names a file in the folder itself: not empty, ".", "..", over 255 bytes, and
/// without a separator or a zero.
bool is_plain_file_name(std::string_view name) noexcept;

/// The hidden name of a file on its way: ".NAME.HASH.part".
std::string part_file_name(std::string_view name, const Urn& urn);

/// How every name of a part of that file ends: ".HASH.part", whatever the file is called.
std::string part_file_suffix(const Urn& urn);

/// "name (1).txt": the name to try when "name.txt" is taken.
std::string numbered_name(std::string_view name, unsigned number);

}  // namespace gnutella::transfer
