#pragma once

#include "found_file.hpp"

#include <gnutella/download.hpp>
#include <gnutella/event.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/session_info.hpp>
#include <gnutella/shared_file.hpp>

#include <cstddef>
#include <string>

namespace gnut {

// How things are told to a person: each on one line, without the newline, with all that strangers chose made printable.

/// Number, size, name, who has it, its URN, and the program that has it, when the hit says that.
std::string describe(std::size_t number, const gnutella::Hit& hit);

/// Number, size, name, how many have it, and its URN.
std::string describe(std::size_t number, const FoundFile& file);

/// Who, in which dialect, and what it says of itself.
std::string describe(const gnutella::SessionInfo& session);

/// What a peer of Gnutella 0.6 is, and how the session with it travels.
std::string describe_gnutella(const gnutella::SessionInfo& session);

/// Size, name, URN.
std::string describe(const gnutella::SharedFile& file);

/// Number, name, how far it is, and what it does.
std::string describe(const gnutella::DownloadProgress& progress);

/// "saved PATH: 3.4 MB in 0.8 s (4.2 MB/s), verified SHA-1 ..."
std::string describe_saved(const gnutella::DownloadedFile& file);

/// "3.4 MB in 0.8 s (4.2 MB/s), verified SHA-1 ...", or that it could not be verified.
std::string describe_arrived(const gnutella::DownloadedFile& file);

}  // namespace gnut
