#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// RFC 4648, section 6, without padding: how Gnutella writes hashes.

namespace gnutella {

/// Digits that so many bytes take.
constexpr std::size_t base32_digits(std::size_t bytes) noexcept {
    return (bytes * 8 + 4) / 5;
}

/// Reads exactly `bytes.size()` bytes, from digits of either case. False when the text has another length, something
/// that is no digit, or a bit set beyond the last byte: one value has one text.
bool decode_base32(std::string_view text, std::span<std::uint8_t> bytes) noexcept;

/// Adds the digits, in upper case, to `text`.
void encode_base32(std::span<const std::uint8_t> bytes, std::string& text);

}  // namespace gnutella
