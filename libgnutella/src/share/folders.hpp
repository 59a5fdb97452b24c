#pragma once

#include "share/hash_cache.hpp"
#include "share/report.hpp"

#include <gnutella/error.hpp>
#include <gnutella/settings.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <span>

namespace gnutella::share {

/// The folders that this node shares, followed while they change. One thread reads them, waits for changes, and hashes
/// what is new; what was hashed before comes from the cache. Any thread may call any function.
///
/// A folder that vanishes is reported as a trouble, its files as removed; it is looked for again every
/// Settings::rescan_interval.
class Folders {
  public:
    /// How changes are noticed.
    enum class Watching {
        inotify,  ///< at once; by reading again what cannot be watched
        rescan,   ///< by reading everything again every Settings::rescan_interval
    };

    /// @param cache must live longer.
    /// @param report called from the thread of this object, with what happened to many files at once. It must not
    ///     throw, and must neither stop nor destroy this object.
    Folders(const Settings& settings, HashCache& cache, std::function<void(Report)> report,
            Watching watching = Watching::inotify);
    ~Folders();

    /// Shares a folder, with all below it, from now on. One that is shared already is not shared twice, nor are files
    /// in a folder inside another.
    /// @return Error::folder_missing, Error::not_a_folder, Error::folder_unreadable, or success: all else comes as
    ///     reports.
    error_code add(const std::filesystem::path& folder);
    /// Shares all of these, or none.
    /// @return as above, for the first that cannot be shared.
    error_code add(std::span<const std::filesystem::path> folders);

    /// Shares the folder no more. Its files are reported as removed, but for those in another shared folder.
    void remove(const std::filesystem::path& folder);

    /// Has a shared file hashed again, one that was before trees were kept: the cache is told its tree. It is no more
    /// than a wish: when too many are waiting, or the file is not shared any more, nothing happens. Does not block.
    void want_tree(const std::filesystem::path& file);

    /// How many times add() and remove() have taken effect so far. A report that is `settled` speaks of the folders as
    /// they are shared now only if its `orders` are as many.
    std::uint64_t orders() const;

    /// Ends the thread, which takes no longer than reading a piece of a file. Nothing is reported after it returns.
    void stop();

  private:
    class Follower;
    std::unique_ptr<Follower> follower_;
};

}  // namespace gnutella::share
