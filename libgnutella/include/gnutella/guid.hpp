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

/// Sixteen bytes that name a message, or a peer, on the network. A value type; the default is all zeros ("nil").
struct Guid {
    /// In the order in which they travel.
    std::array<std::uint8_t, 16> bytes{};

    /// Reads the canonical text of a UUID (8-4-4-4-12 hexadecimal digits, either case); nullopt for anything else.
    static std::optional<Guid> parse(std::string_view text) noexcept;

    /// A random one (UUID version 4), from the operating system's generator. May be called from any thread.
    static Guid random();

    /// The canonical text of a UUID, in lower case: 36 characters.
    std::string to_string() const;

    /// Whether all bytes are zero.
    bool is_nil() const noexcept { return *this == Guid{}; }

    friend auto operator<=>(const Guid&, const Guid&) = default;
};

}  // namespace gnutella

template <>
struct std::hash<gnutella::Guid> {
    std::size_t operator()(const gnutella::Guid& guid) const noexcept {
        // Strangers choose these bytes: a table keyed by them must still bound its size and mix them with a secret.
        std::uint64_t low = 0;
        std::uint64_t high = 0;
        std::memcpy(&low, guid.bytes.data(), sizeof low);
        std::memcpy(&high, guid.bytes.data() + sizeof low, sizeof high);
        return static_cast<std::size_t>(low ^ (high * 0x9E3779B97F4A7C15ULL));
    }
};
