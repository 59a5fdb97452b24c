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

/// The target that asks for a file: by its SHA-1 where that is known, which every servent understands.
std::string target_of(const Urn& urn);

}  // namespace gnutella::transfer
