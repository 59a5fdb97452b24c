#pragma once

#include "complaint.hpp"

#include <gnutella/download.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/session_info.hpp>

#include <optional>
#include <string>

namespace gnut {

// What --json prints: each an object on one line, without the newline. Always valid UTF-8, with every character
// that is_printable() refuses escaped, so that a line can also be shown on a terminal.

/// {"name","size","urn","host","port"}; urn is null when it is not known.
std::string json_line(const gnutella::Hit& hit);

/// {"path","bytes","seconds","urn","verified","sources"}; path is null for what went to standard output.
std::string json_line(const gnutella::DownloadedFile& file, Kept kept);

/// {"host","port","legacy","agent","files","bytes","round_trip"}; what a legacy peer does not tell is null, the round
/// trip is in seconds.
std::string json_line(const gnutella::Endpoint& peer, const gnutella::SessionInfo& session);

}  // namespace gnut
