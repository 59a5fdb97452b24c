#pragma once

#include "transfer/byte_range.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::transfer {

/// The value of an X-Available-Ranges header: `bytes 0-65535,131072-196607`. Only the first 64 ranges are told.
/// @param ranges not empty ones, ascending.
std::string available_ranges_text(std::span<const ByteRange> ranges);

/// Reads the value of an X-Available-Ranges header.
/// @param size of the file: what lies beyond it is cut off.
/// @return the ranges, ascending and apart, at most 1,000 of them; empty when it says nothing that can be read.
std::vector<ByteRange> parse_available_ranges(std::string_view value, std::uint64_t size);

/// What of a range can be had: from its first byte on, as far as it goes.
/// @param available ascending and apart.
/// @return nullopt when its first byte cannot.
std::optional<ByteRange> available_part(const ByteRange& wanted, std::span<const ByteRange> available);

}  // namespace gnutella::transfer
