#pragma once

#include <gnutella/urn.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace gnutella {

/// One file that this node offers.
struct SharedFile {
    /// The name that searches see: the last part of the path, never more.
    std::string name;
    /// Where it is on this machine. Never told to anyone.
    std::filesystem::path path;
    /// Its size in bytes.
    std::uint64_t size = 0;
    /// Its modification time when it was hashed, in nanoseconds since 1970.
    std::int64_t modified = 0;
    /// SHA-1 and Tiger tree root of its content.
    Urn urn{Sha1{}, TigerRoot{}};
};

}  // namespace gnutella
