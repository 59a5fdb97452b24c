#pragma once

#include "file_descriptor.hpp"

#include <filesystem>

namespace gnutella::share {

/// Opens what a canonical path names, for reading; no part of the path may be a symbolic link any more. So whoever can
/// write into a shared folder cannot have us read, hash or serve what lies outside of it, however quickly a folder is
/// exchanged for a link. Never waits, not even for a FIFO.
/// @param flags added to those for reading, such as O_DIRECTORY.
/// @return nothing when it cannot be opened; `errno` says why (ELOOP for a link).
FileDescriptor open_canonical(const std::filesystem::path& path, int flags);

/// The same by other means, for kernels and sandboxes without openat2: opens, and asks where that led to.
FileDescriptor open_canonical_without_openat2(const std::filesystem::path& path, int flags);

}  // namespace gnutella::share
