#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gnutella {

/// The port that a peer listens on when nothing else is said: the seed's own example.
inline constexpr std::uint16_t default_port = 8025;

/// Where a peer listens: a host name or an address, and a port for TCP and UDP alike.
struct Endpoint {
    /// A name or an address, without brackets.
    std::string host;
    /// For TCP and UDP.
    std::uint16_t port = default_port;

    /// No host, and the default port.
    Endpoint() = default;
    // A constructor, so that co_await peer.async_connect({"host", 8025}, ...) is safe: what GCC 12 makes of an
    // aggregate that is written in a co_await is copied byte by byte, and the host would be destroyed twice.
    /// That port of that host; neither is looked at, see parse().
    Endpoint(std::string named, std::uint16_t numbered) noexcept : host(std::move(named)), port(numbered) {}

    /// Reads "host:port", "1.2.3.4:port" or "[2001:db8::1]:port". Without ":port" the port is `default_port`.
    /// @return nullopt when the text is none of these, when the host is empty or over 255 bytes, or holds white space
    ///     or a control character, or when the port is not a number from 1 to 65535.
    static std::optional<Endpoint> parse(std::string_view text);

    /// "host:port", with brackets around an IPv6 address.
    std::string to_string() const;

    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace gnutella
