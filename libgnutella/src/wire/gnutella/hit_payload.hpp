#pragma once

#include "wire/message.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace gnutella::wire {

/// Our code in the trailer of a hit, where none is given. Not one of those that are registered.
inline constexpr std::string_view own_vendor_code = "LGNU";

/// Reads the payload of a Query Hit (Gnutella 0.6, 2.2.6). Results whose name is not one of a plain file are passed
/// over.
/// @param max_results how many are kept; the rest is passed over.
/// @param hit empty, with the memory for its results.
/// @return false when it ends before its fields do.
bool read_query_hit(std::string_view payload, std::size_t max_results, QueryHit& hit);

/// Appends the payload of a hit to `to`. At most 255 results; those after are left out.
void write_query_hit(const QueryHit& hit, std::string& to);

/// Takes the IPv6 address of GGEP "6" when there is no IPv4 address to speak of (IPv6-Ready, 2.1).
void prefer_ipv6(Sender& sender, std::string_view extensions) noexcept;

/// The address that a sender has in the fields of the binary dialect: its own, that of its numeric host, or 0.0.0.0.
IpAddress address_of(const Sender& sender) noexcept;

/// Appends extensions, and "6" behind them when the address is an IPv6 one that they do not tell.
void write_extensions(std::string_view extensions, const IpAddress& address, std::string& to);

}  // namespace gnutella::wire
