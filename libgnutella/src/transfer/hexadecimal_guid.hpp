#pragma once

#include "ascii.hpp"

#include <gnutella/guid.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gnutella::transfer {

/// Reads a servent's identity as Gnutella 0.6 writes it in texts: 32 hexadecimal digits.
inline std::optional<Guid> parse_hexadecimal_guid(std::string_view text) noexcept {
    Guid guid;
    if (text.size() != 2 * guid.bytes.size()) {
        return std::nullopt;
    }
    for (std::size_t at = 0; at < guid.bytes.size(); ++at) {
        const int high = ascii::hexadecimal_value(text[2 * at]);
        const int low = ascii::hexadecimal_value(text[2 * at + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        guid.bytes[at] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return guid;
}

/// Appends the digits, in upper case.
inline void append_hexadecimal(const Guid& guid, std::string& to) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const std::uint8_t byte : guid.bytes) {
        to += digits[byte >> 4];
        to += digits[byte & 0x0F];
    }
}

}  // namespace gnutella::transfer
