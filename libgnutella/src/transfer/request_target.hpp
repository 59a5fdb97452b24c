#pragma once

#include <gnutella/urn.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gnutella::transfer {

/// Reads the target of a request for a file by content: `/uri-res/N2R?urn:sha1:...` (HUGE 0.94, section 4; any form of
/// Urn). Percent-encoded octets and the absolute form of RFC 9112, 3.2.2 are tolerated, case is not regarded. nullopt
/// for any other target.
std::optional<Urn> parse_target(std::string_view target);

/// Reads the target of a request for a file's tree: `/uri-res/N2X?urn:sha1:...` (THEX as Gnutella has it), in the same
/// way. What follows a semicolon is the root, as X-Thex-URI has it, and not regarded.
std::optional<Urn> parse_tree_target(std::string_view target);

/// The target that asks for a file: by its SHA-1 where that is known, which every servent understands.
std::string target_of(const Urn& urn);

/// The target that asks for a file's tree.
std::string tree_target_of(const Urn& urn);

/// The value of an X-Thex-URI header, which says where a file's tree is, and its root:
/// `/uri-res/N2X?urn:sha1:...;ROOT`.
/// @param urn with both hashes.
std::string thex_uri_of(const Urn& urn);

}  // namespace gnutella::transfer
