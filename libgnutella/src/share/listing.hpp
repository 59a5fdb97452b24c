#pragma once

#include "file_stamp.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gnutella::share {

/// What of a directory may be shared: its folders and regular files, those apart whose names begin with a dot. Both in
/// the order of their names.
struct Listing {
    std::vector<std::string> folders;
    std::vector<std::pair<std::string, FileStamp>> files;
};

/// Reads a directory, or some of it when `stop` is requested.
/// @param path canonical.
/// @return 0, or the errno that says why it cannot be read.
int list_directory(const std::string& path, Listing& listing, const std::stop_token& stop);

/// "a" and "b" to "a/b"; with an empty name, what all paths below a directory begin with.
std::string join_path(const std::string& directory, std::string_view name);
/// The directory that something is in.
std::string parent_path(const std::string& path);
/// Its name there.
std::string last_part(const std::string& path);

}  // namespace gnutella::share
