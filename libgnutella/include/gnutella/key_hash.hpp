#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gnutella {

/// The name of a peer's key: the SHA-256 of its SubjectPublicKeyInfo (RFC 5280, 4.1.2.7). A hit carries it, and who
/// fetches over QUIC refuses a far end that has another key. A value type.
struct KeyHash {
    /// The SHA-256, first byte first.
    std::array<std::uint8_t, 32> bytes{};

    /// Reads the text: 52 digits of base 32 without padding (RFC 4648, section 6), either case; nullopt for anything
    /// else.
    static std::optional<KeyHash> parse(std::string_view text) noexcept;

    /// The text, in lower case.
    std::string to_string() const;

    friend auto operator<=>(const KeyHash&, const KeyHash&) = default;
};

}  // namespace gnutella

template <>
struct std::hash<gnutella::KeyHash> {
    std::size_t operator()(const gnutella::KeyHash& key) const noexcept {
        std::size_t first = 0;
        std::memcpy(&first, key.bytes.data(), sizeof first);
        return first;
    }
};
