#pragma once

#include "share/directory_watches.hpp"
#include "share/hash_cache.hpp"
#include "share/hash_queue.hpp"
#include "share/listing.hpp"
#include "share/report_batch.hpp"
#include "share/settling.hpp"

#include "file_stamp.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace gnutella::share {

/// What the shared folders of a node work with, together.
struct FolderSurroundings {
    std::size_t max_files;
    std::size_t max_depth;
    std::chrono::milliseconds settle_time;
    std::chrono::milliseconds rescan_interval;
    HashCache& cache;
    DirectoryWatches watches;
    HashQueue queue;
    ReportBatch batch;
    /// The paths of all shared folders. One that lies inside another is followed by itself alone.
    std::set<std::string> shared;
};

/// One shared folder, with all that is below it: what of it was found, and how it is brought up to date, a small step
/// at a time.
///
/// Symbolic links are not followed: what one inside the folder leads to is found where it is, and what leads out of it
/// is not served. So there are no loops, and each file has one path.
class SharedFolder {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// @param path canonical.
    SharedFolder(std::string path, FolderSurroundings& surroundings);

    const std::string& path() const noexcept { return path_; }
    bool contains(std::string_view path) const noexcept;

    /// Reads the folder and all below it, from now on.
    void read_again();
    /// Reads a folder below, when it is known: what is in it may be shared by itself no more.
    void read_again(const std::string& directory);
    /// Withdraws all files of a folder below, or of this one.
    void withdraw(const std::string& directory);

    /// Does what is due, one directory or some files. @return whether anything was.
    bool step(Time now, const std::stop_token& stop);
    void handle(const DirectoryChange& change, Time now);
    /// Hashes a file of this folder that is shared, once more.
    void hash_again(const std::string& path);
    /// A file of this folder has been hashed, or could not be.
    void hashed(HashQueue::Result result, Time now);

    /// Tells that the folder has been read, when that has come to its end.
    void report_when_read();
    /// Whether nothing is under way here, or settling.
    bool settled() const noexcept;
    /// Whether there are directories to be read: that comes before hashing, so that the small files are known.
    bool reading() const noexcept { return !unread_.empty(); }
    Time deadline() const;

  private:
    enum class State : std::uint8_t { unknown, settling, queued, shared, left_out, over_limit, unreadable };
    enum class Unread : std::uint8_t { no, itself, tree };
    using Identity = std::pair<dev_t, ino_t>;

    struct File {
        std::uint64_t size = 0;
        std::int64_t modified = 0;
        State state = State::unknown;
        bool counted_left_out = false;
    };
    struct Directory {
        int watch = DirectoryWatches::none;
        std::size_t depth = 0;
        Unread unread = Unread::no;
        bool reported = false;
        boost::unordered_flat_map<std::string, File> files;
        std::set<std::string> folders;
    };
    using Directories = std::map<std::string, Directory>;

    void look_for_it(Time now);
    void vanish(Error error);
    void queue_directory(const std::string& path, std::size_t depth, Unread how);
    void read_directory(const std::string& path, Directory& directory, Time now, const std::stop_token& stop);
    void watch(const std::string& path, Directory& directory);
    void lose_directory(const std::string& path, Directory& directory, int reason);
    void compare_folders(const std::string& path, Directory& directory, const Listing& listing, Unread how);
    void enter_folder(Directory& parent, const std::string& path, const std::string& name, Unread how);
    void compare_files(const std::string& path, Directory& directory, const Listing& listing, Time now);

    void file_written(Directory& directory, const std::string& path, const std::string& name, Time now);
    void look_at_file(const std::string& path, Time now);
    void consider(const std::string& path, const std::string& name, File& file, const FileStamp& stamp, Time now);
    void share(const std::string& path, const std::string& name, File& file, const Urn& urn);
    void leave_out(File& file, State why);
    void release(const std::string& path, File& file);
    void forget_file(Directory& directory, const std::string& path, const std::string& name);
    Directory* find_directory(const std::string& path);

    const std::string path_;
    FolderSurroundings& around_;
    Directories directories_;  // by path: all below one are beside each other
    std::vector<std::string> unread_;
    Settling settling_;
    std::optional<Identity> identity_;  // of the folder itself; nothing when it is not there
    Time next_look_{};                  // when to see whether the folder is still there
    bool read_all_ = true;              // and to read all of it
    bool polled_ = false;               // some of it cannot be watched, or could not be read
    bool changed_ = true;               // since it was last reported as read
    std::uint64_t files_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t queued_ = 0;
};

}  // namespace gnutella::share
