#pragma once

#include "wire/gnutella/handshake_headers.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gnutella::wire {

// The first lines of the blocks of a handshake (Gnutella 0.6, 2.1).

/// "GNUTELLA CONNECT/0.6"
/// @return the version that is asked for; nullopt when it is no such line.
std::optional<HeaderVersion> read_connect_line(std::string_view line) noexcept;

struct StatusLine {
    HeaderVersion version;
    std::uint16_t code = 0;
    std::string_view reason;
};

/// "GNUTELLA/0.6 200 OK"
/// @return nullopt when it is no such line.
std::optional<StatusLine> read_status_line(std::string_view line) noexcept;

inline constexpr std::string_view connect_line = "GNUTELLA CONNECT/0.6\r\n";
/// All that a peer of 0.4 is answered.
inline constexpr std::string_view old_ok = "GNUTELLA OK\n\n";

std::string status_line(std::uint16_t code, std::string_view reason);

}  // namespace gnutella::wire
