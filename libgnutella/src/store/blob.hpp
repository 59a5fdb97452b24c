#pragma once

#include <gnutella/guid.hpp>

#include <cstddef>
#include <filesystem>
#include <span>

namespace gnutella::store {

// What stands in the database as bytes.

inline std::span<const std::byte> bytes_of(const Guid& id) {
    return std::as_bytes(std::span(id.bytes));
}

/// A path need not be UTF-8.
inline std::span<const std::byte> bytes_of(const std::filesystem::path& path) {
    return std::as_bytes(std::span(path.native()));
}

}  // namespace gnutella::store
