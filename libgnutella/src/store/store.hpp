#pragma once

#include "hash_tree.hpp"
#include "known_host.hpp"
#include "store/download_record.hpp"

#include <gnutella/error.hpp>
#include <gnutella/shared_file.hpp>
#include <gnutella/urn.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace gnutella::store {

class Database;

/// What outlives the process: the hashes and trees of the files that were shared, the hosts that were known, and the
/// downloads that are to go on. It is an SQLite database, `gnutella.sqlite` in the state folder; several processes may
/// use one folder at once. Any thread may call any function; each call is one read or one write of the disk.
///
/// All of it but the downloads can be found out again, so that a store which no longer works is no reason to stop: what
/// cannot be read is not known, and what cannot be written is not remembered, which on_write_failed() tells of.
class Store {
  public:
    using Clock = std::function<std::chrono::system_clock::time_point()>;

    /// Opens the store, or begins one. A damaged database is moved aside, and another one begun: see moved_aside().
    /// @param folder created, for the owner alone, when it is not there; empty for a store in memory.
    /// @param error set to Error::state_unusable when the folder cannot be written, or when the database there is that
    ///     of another program or of a later version; to Error::state_full; or to success.
    /// @param max_size bytes that the database may take; 0 for as many as the disk has. Beyond it writing fails with
    ///     Error::state_full.
    /// @return nullptr with `error`.
    static std::unique_ptr<Store> open(const std::filesystem::path& folder, error_code& error,
                                       Clock now = std::chrono::system_clock::now, std::uint64_t max_size = 0);
    ~Store();

    /// Whether it is on a disk.
    bool outlives_the_process() const;

    /// The hashes of a file that had this size and modification time (nanoseconds since 1970) when it was hashed.
    std::optional<Urn> find(const std::filesystem::path& path, std::uint64_t size, std::int64_t modified);
    /// Remembers the hashes of a file, instead of those it had before. `file.urn` must have both.
    void remember(const SharedFile& file);
    /// The same for many files: all in one write.
    void remember(std::span<const SharedFile> files);
    void forget(const std::filesystem::path& path);

    /// The tree of a file of that size with that root. That of a file of one block is known without being remembered.
    std::optional<HashTree> find_tree(std::uint64_t size, const TigerRoot& root);
    void remember_tree(const HashTree& tree);

    /// Forgets the files that were neither found nor remembered for that time before the last that was, and such trees
    /// when no file is left that has them: a clock that is far ahead makes nothing old. A day's precision: finding
    /// something does not write to the disk more often.
    void prune(std::chrono::hours unseen_for);

    /// The hosts that were saved last, in their order; at most 10,000.
    std::vector<KnownHost> hosts();
    /// Saves these hosts instead of those before.
    /// @return Error::state_full, Error::state_unusable, or success.
    error_code save_hosts(std::span<const KnownHost> hosts);

    /// The downloads to be remembered, in the order in which they were added; at most `most`.
    std::vector<DownloadRecord> downloads(std::size_t most);
    bool has_download(const Guid& id);
    /// Remembers a download with its sources, instead of another of that file and folder; what is known of the blocks
    /// of one with its id stays.
    /// @return Error::state_full, Error::state_unusable, or success.
    error_code add_download(const DownloadRecord& download);
    /// What has become known of it. Nothing happens when it is not remembered.
    void keep_download_size(const Guid& id, std::uint64_t size);
    void keep_download_state(const Guid& id, bool paused);
    void keep_download_blocks(const Guid& id, std::span<const std::byte> blocks);
    void keep_download_leaves(const Guid& id, std::span<const TigerRoot> leaves);
    void keep_download_sources(const Guid& id, std::span<const Hit> sources);
    void forget_download(const Guid& id);

    /// Where a damaged database was moved to last, by this object; nullopt when none was.
    std::optional<std::filesystem::path> moved_aside() const;
    /// Calls `handler` with that place whenever a damaged database has been moved, also for one that was moved before.
    /// It is called by the thread that met the damage, and must not use the store.
    void on_moved_aside(std::function<void(const std::filesystem::path&)> handler);

    /// How a write failed, and whether a person should be told: he is of the first failure of that kind, and of another
    /// after writing went well again, but not within ten minutes: a disk that is all but full fails now and then.
    struct WriteFailure {
        Error error;  ///< state_full or state_unusable
        enum class Tell : std::uint8_t { no, yes } tell;
    };
    /// Calls `handler` for each write that fails. It is called by the thread that wrote, and must not use the store.
    void on_write_failed(std::function<void(const WriteFailure&)> handler);

  private:
    struct Connection;

    // What a person was told about failures of one kind.
    struct Told {
        std::optional<std::chrono::system_clock::time_point> at;
        bool went_well_since = false;
    };

    Store(std::filesystem::path path, Clock now, std::uint64_t max_size);
    void connect(error_code& error);
    void replace_when_corrupt();
    /// How a write has ended: after each, with the mutex held and no statement open.
    void wrote(const error_code& error);
    void move_aside();
    /// nullptr when there is none to be used.
    Database* database() const noexcept;
    template <class... Values>
    void run(const char* statement, const Values&... values);
    void insert_sources(Database& database, const Guid& id, std::span<const Hit> sources, error_code& error);
    void remember_one(const SharedFile& file, error_code& error);
    std::int64_t seconds_now() const;

    const std::filesystem::path path_;
    const Clock now_;
    const std::uint64_t max_size_;
    mutable std::mutex mutex_;
    std::unique_ptr<Connection> connection_;  // nullptr when a damaged database could not be replaced
    std::optional<std::filesystem::path> moved_aside_;
    std::function<void(const std::filesystem::path&)> on_moved_aside_;
    std::function<void(const WriteFailure&)> on_write_failed_;
    Told told_of_full_;
    Told told_of_unusable_;
};

}  // namespace gnutella::store
