#pragma once

#include <gnutella/urn.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace gnutella::store {

/// The leaves of a tree, as the database holds them: one after another. As many whole ones as there are.
inline std::vector<TigerRoot> leaves_of(std::span<const std::byte> bytes) {
    std::vector<TigerRoot> leaves(bytes.size() / sizeof(TigerRoot));
    if (!leaves.empty()) {
        std::memcpy(leaves.data(), bytes.data(), leaves.size() * sizeof(TigerRoot));
    }
    return leaves;
}

}  // namespace gnutella::store
