#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gnutella::wire {

/// Inflates what was compressed as a whole, with the zlib header (RFC 1950), which gtk-gnutella writes, or without
/// (RFC 1951), as GnutellaBun does.
/// @param room takes the result: its size is the bound.
/// @return how much of the room was filled; nullopt when the bytes are not compressed so, end too early, or become more
///     than there is room for.
std::optional<std::size_t> inflate_into(std::string_view compressed, std::span<char> room);

/// Appends `bytes` compressed with the zlib header to `to`.
void deflate_whole(std::string_view bytes, std::string& to);

}  // namespace gnutella::wire
