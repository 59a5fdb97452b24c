#pragma once

#include <gnutella/dialect.hpp>

#include <optional>
#include <string_view>

namespace gnutella::store {

/// What to_string() calls so; nullopt for any other name.
constexpr std::optional<Dialect> dialect_named(std::string_view name) noexcept {
    for (const Dialect dialect : {Dialect::json, Dialect::gnutella}) {
        if (to_string(dialect) == name) {
            return dialect;
        }
    }
    return std::nullopt;
}

}  // namespace gnutella::store
