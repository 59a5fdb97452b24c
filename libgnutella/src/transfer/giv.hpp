#pragma once

#include <gnutella/guid.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gnutella::transfer {

/// How a servent that was sent a Push opens the connection that it makes (Gnutella 0.6, 2.3.4): who it is, and which
/// file it is ready to send.
struct Giv {
    /// As the Push asked for it. Programs of today look at the servent alone.
    std::uint32_t index = 0;
    Guid servent;
    /// May be anything, or nothing: it is not regarded.
    std::string name;

    friend bool operator==(const Giv&, const Giv&) = default;
};

/// Bytes of the line, and of the empty one that ends it.
inline constexpr std::size_t max_giv = 1024;

/// Reads `GIV 12:0123456789ABCDEF0123456789ABCDEF/name`, without the ends of lines.
/// @return nullopt when it is none.
std::optional<Giv> parse_giv(std::string_view line);

/// Where the two line ends are that close it, each LF or CRLF: the length of all up to behind them. nullopt when they
/// have not come yet.
std::optional<std::size_t> find_end_of_giv(std::string_view bytes) noexcept;

/// The line with what ends it. What cannot stand in a line is left out of the name; an empty one becomes "file", since
/// some want one.
std::string giv_text(const Giv& giv);

}  // namespace gnutella::transfer
