#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gnutella::wire {

/// What comes over an accepted connection, as its first bytes tell.
enum class FirstBytes : std::uint8_t {
    undecided,  ///< too few bytes so far: what they are the beginning of is not clear yet
    json,       ///< a session in the JSON dialect
    gnutella,   ///< a handshake of Gnutella 0.6
    http,       ///< a GET or a HEAD: someone wants a file
    giv,        ///< the answer to a Push
    tls,        ///< a TLS record; what it carries is inside
    unknown,    ///< none of these: to be closed
};

/// Bytes after which recognise() is never undecided.
inline constexpr std::size_t max_first_bytes = 9;

/// Decides as soon as it can: an answer other than `undecided` never changes when more bytes come.
FirstBytes recognise(std::string_view first_bytes) noexcept;

}  // namespace gnutella::wire
