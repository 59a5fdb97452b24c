#pragma once

#include <gnutella/event.hpp>
#include <gnutella/shared_file.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace gnutella::share {

/// What has happened to the shared folders. Each path is canonical, absolute, and stands in `added` or in `removed`,
/// never in both.
struct Report {
    /// Files that are shared from now on, each with its hashes. One with the path of an earlier one replaces it.
    std::vector<SharedFile> added;
    /// Files that are not shared any more.
    std::vector<std::filesystem::path> removed;
    /// Folders that were read to their end, all their files hashed.
    std::vector<ShareRead> read;
    /// Folders and files that a person may want to look at; at most 64 in one report.
    std::vector<Trouble> troubles;
    /// Files found since the last report that are not shared: over a limit, unreadable, or of a name that is not UTF-8
    /// or holds control characters. Hidden files, links and devices are not counted.
    std::uint64_t left_out = 0;
    /// Nothing is left to be done, until something changes.
    bool settled = false;
    /// How many calls of Folders::add and Folders::remove all this takes account of: see Folders::orders.
    std::uint64_t orders = 0;
};

}  // namespace gnutella::share
