#pragma once

#include <cstdint>
#include <string_view>

namespace gnutella {

/// The two ways in which peers write the same messages.
enum class Dialect : std::uint8_t {
    json,      ///< JSON objects over TCP: docs/json-dialect.md
    gnutella,  ///< Gnutella 0.6, binary
};

/// "json" or "gnutella".
constexpr std::string_view to_string(Dialect dialect) noexcept {
    return dialect == Dialect::json ? "json" : "gnutella";
}

}  // namespace gnutella
