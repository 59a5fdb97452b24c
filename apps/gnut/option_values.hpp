#pragma once

#include <gnutella/dialect.hpp>
#include <gnutella/endpoint.hpp>
#include <gnutella/role.hpp>
#include <gnutella/transport.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gnut {

// What is written after an option, in the configuration file, or as an argument. Each throws UsageError with what was
// written and what it should be.

/// A number from 0 to 65535.
std::uint16_t parse_port(std::string_view text);

/// HOST:PORT, with brackets around an IPv6 address.
gnutella::Endpoint parse_peer(std::string_view text);
std::vector<gnutella::Endpoint> parse_peers(const std::vector<std::string>& texts);

/// Seconds, with a fraction if need be: over 0, up to a day.
std::chrono::milliseconds parse_timeout(std::string_view text);

/// Bytes a second: a number, with k, M or G for thousands, millions and thousands of millions; 0 for no limit.
std::uint64_t parse_rate(std::string_view text);

/// "quic", "http", or "auto" for both, best first.
std::vector<gnutella::Transport> parse_transports(std::string_view text);

/// "json", "gnutella", or "auto" for both, json first.
std::vector<gnutella::Dialect> parse_dialects(std::string_view text);

/// "leaf" or "ultrapeer".
gnutella::Role parse_role(std::string_view text);

bool all_digits(std::string_view text) noexcept;

}  // namespace gnut
