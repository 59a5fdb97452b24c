#pragma once

#include <gnutella/magnet.hpp>
#include <gnutella/urn.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gnut {

/// A file that is wanted: by its name, by its content, or by a magnet link, which may say both and who has it.
using Target = std::variant<std::string, gnutella::Urn, gnutella::Magnet>;

/// Reads NAME|URN|MAGNET. @throws UsageError for an empty text, and for one that begins like a URN or magnet link and
/// is none.
Target parse_target(std::string_view text);

/// The name that a file gets which was asked for so: that of a magnet link. Empty: the one that its peers give it.
std::string file_name_of(const Target& target);

/// The peers that a magnet link names, each once.
std::vector<gnutella::Endpoint> peers_of(const gnutella::Magnet& magnet);

/// The target as a person knows it; printable.
std::string describe(const Target& target);

}  // namespace gnut
