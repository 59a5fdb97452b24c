#pragma once

#include <gnutella/error.hpp>
#include <gnutella/urn.hpp>

#include <filesystem>

namespace gnutella {

/// Reads a whole file and gives its SHA-1 and Tiger tree root. Blocks for as long as the file takes to be read; may be
/// called from any thread.
/// @param error set to Error::file_unreadable, Error::file_changed (while it was read), or to success.
/// @return the file's Urn, with both hashes; meaningless when `error` is set.
Urn hash_file(const std::filesystem::path& path, error_code& error);

}  // namespace gnutella
