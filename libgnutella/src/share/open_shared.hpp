#pragma once

#include <gnutella/error.hpp>
#include <gnutella/shared_file.hpp>

namespace gnutella::share {

/// Opens a shared file to be served, if it is still what was hashed: a regular file of that size and modification time,
/// reached without a symbolic link. May be called from any thread.
/// @param error set to Error::file_unreadable when it is gone or cannot be read, to Error::file_changed when it is
///     another file by now, or to success.
/// @return a file descriptor that the caller closes; -1 with `error`.
int open_shared(const SharedFile& file, error_code& error);

}  // namespace gnutella::share
