#pragma once

#include <cstdint>
#include <string_view>

namespace gnutella {

/// What a node is in a network of Gnutella 0.6 (section 3.2 of its specification): an ultrapeer carries the messages of
/// others and shields leaves from them; a leaf has a few ultrapeers, and carries nothing. The JSON dialect knows no
/// roles.
enum class Role : std::uint8_t { leaf, ultrapeer };

/// "leaf" or "ultrapeer".
constexpr std::string_view to_string(Role role) noexcept {
    return role == Role::leaf ? "leaf" : "ultrapeer";
}

/// Whether others can connect to this node.
enum class Reachability : std::uint8_t {
    open,        ///< they can, or it is not known
    firewalled,  ///< they cannot: hits say so, and name push proxies
};

}  // namespace gnutella
