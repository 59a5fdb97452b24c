#pragma once

#include "share/folders.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace gnutella::share::test {

/// A cache that counts what it is asked. What it remembers are the files that were hashed.
class CountingCache : public HashCache {
  public:
    std::optional<Urn> find(const std::filesystem::path& path, std::uint64_t size, std::int64_t modified) override;
    void remember(const SharedFile& file, const HashTree& tree) override;
    void forget(const std::filesystem::path& path) override;

    int hashed() const;
    bool knows(const std::filesystem::path& path) const;

  private:
    mutable std::mutex mutex_;
    std::map<std::filesystem::path, SharedFile> files_;
    int hashed_ = 0;
};

/// Folders that are followed, and what they have reported so far.
class FollowedFolders : public ::testing::Test {
  protected:
    using Names = std::set<std::string>;

    FollowedFolders();
    ~FollowedFolders() override { folders_.reset(); }

    void start(Folders::Watching watching = Folders::Watching::inotify);
    /// Begins anew, as after a restart: only the cache stays.
    void restart();

    /// Waits until it holds, for as long as a slow machine may take. It is called after each report, under the lock.
    void wait_until(const std::function<bool()>& holds);
    /// What was reported so far: a copy of one of the members below.
    template <class Part>
    Part reported(const Part& part) {
        const std::scoped_lock lock(mutex_);
        return part;
    }
    bool is_shared(const std::string& name) { return reported(files_).contains(temporary_.path() / name); }

    /// Waits until just these are shared, named relative to the temporary folder, and nothing is under way.
    void expect_shared(const Names& names);
    void expect_shared_file(const std::string& name, std::string_view content);
    void expect_trouble(Error error, const std::filesystem::path& subject);

    std::filesystem::path share() const { return temporary_.path() / "share"; }
    /// Writes a file and gives it a time in the past, so that nobody takes it for being written.
    void write(const std::string& name, std::string_view content = "content");

    gnutella::test::TemporaryFolder temporary_;
    Settings settings_;
    CountingCache cache_;

    std::mutex mutex_;
    std::condition_variable reports_;
    std::map<std::filesystem::path, SharedFile> files_;
    std::vector<ShareRead> read_;
    std::vector<Trouble> troubles_;
    std::uint64_t left_out_ = 0;
    bool settled_ = false;
    std::string inconsistent_;  // what a report had that no report may have

    std::unique_ptr<Folders> folders_;

  private:
    void take(Report report);
    Names shared() const;
};

}  // namespace gnutella::share::test
