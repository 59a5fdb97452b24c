#pragma once

#include <gnutella/error.hpp>
#include <gnutella/urn.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

namespace gnutella {

/// Reads a whole file and gives its SHA-1 and Tiger tree root. Blocks for as long as the file takes to be read; may be
/// called from any thread.
/// @param path where it is; a symbolic link is followed.
/// @param error set to Error::file_unreadable, Error::file_changed (while it was read), or to success.
/// @return the file's Urn, with both hashes; meaningless when `error` is set.
Urn hash_file(const std::filesystem::path& path, error_code& error);

/// Told how far the reading of a file has come, in bytes, after each piece of it.
using HashProgress = std::function<void(std::uint64_t done, std::uint64_t size)>;

/// Reads a whole file and tells whether it is what a Urn names, by every hash that the Urn has. Blocks like hash_file;
/// may be called from any thread.
/// @param path where it is, as for hash_file.
/// @param urn what it should be.
/// @param stop gives up when it is requested.
/// @param progress called on the calling thread; may be empty.
/// @return Error::file_differs when it is something else, Error::file_unreadable, Error::file_changed (while it was
///     read), boost::asio::error::operation_aborted after `stop`, or success: it is that file.
error_code verify_file(const std::filesystem::path& path, const Urn& urn, const std::stop_token& stop = {},
                       const HashProgress& progress = {});

}  // namespace gnutella
