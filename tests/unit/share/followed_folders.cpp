#include "followed_folders.hpp"

#include "content_hasher.hpp"

#include <gmock/gmock.h>

namespace gnutella::share::test {

namespace {

constexpr std::chrono::seconds patience{30};

}  // namespace

std::optional<Urn> CountingCache::find(const std::filesystem::path& path, std::uint64_t size, std::int64_t modified) {
    const std::scoped_lock lock(mutex_);
    const auto place = files_.find(path);
    if (place == files_.end() || place->second.size != size || place->second.modified != modified) {
        return std::nullopt;
    }
    return place->second.urn;
}

void CountingCache::remember(const SharedFile& file, const HashTree& tree) {
    ASSERT_EQ(tree.root(), file.urn.tiger());
    const std::scoped_lock lock(mutex_);
    files_.insert_or_assign(file.path, file);
    ++hashed_;
}

void CountingCache::forget(const std::filesystem::path& path) {
    const std::scoped_lock lock(mutex_);
    files_.erase(path);
}

int CountingCache::hashed() const {
    const std::scoped_lock lock(mutex_);
    return hashed_;
}

bool CountingCache::knows(const std::filesystem::path& path) const {
    const std::scoped_lock lock(mutex_);
    return files_.contains(path);
}

FollowedFolders::FollowedFolders() {
    settings_.share_settle_time = std::chrono::milliseconds(20);
    settings_.rescan_interval = std::chrono::milliseconds(50);
    std::filesystem::create_directory(share());
}

void FollowedFolders::start(Folders::Watching watching) {
    folders_ = std::make_unique<Folders>(
        settings_, cache_, [this](Report report) { take(std::move(report)); }, watching);
}

void FollowedFolders::restart() {
    folders_.reset();
    files_.clear();
    read_.clear();
    settled_ = false;
    start();
}

void FollowedFolders::take(Report report) {
    const std::scoped_lock lock(mutex_);
    for (const auto& path : report.removed) {
        files_.erase(path);
    }
    for (SharedFile& file : report.added) {
        if (std::ranges::find(report.removed, file.path) != report.removed.end()) {
            inconsistent_ = "added and removed: " + file.path.string();
        }
        files_.insert_or_assign(file.path, std::move(file));
    }
    read_.insert(read_.end(), report.read.begin(), report.read.end());
    troubles_.insert(troubles_.end(), report.troubles.begin(), report.troubles.end());
    left_out_ += report.left_out;
    settled_ = report.settled;
    reports_.notify_all();
}

void FollowedFolders::wait_until(const std::function<bool()>& holds) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(reports_.wait_for(lock, patience, holds));
    EXPECT_EQ(inconsistent_, "");
}

FollowedFolders::Names FollowedFolders::shared() const {
    Names names;
    for (const auto& [path, file] : files_) {
        names.insert(path.lexically_relative(temporary_.path()));
    }
    return names;
}

void FollowedFolders::expect_shared(const Names& names) {
    wait_until([&] { return settled_ && shared() == names; });
    const std::scoped_lock lock(mutex_);
    EXPECT_EQ(shared(), names);
}

void FollowedFolders::expect_shared_file(const std::string& name, std::string_view content) {
    ContentHasher hasher;
    hasher.update(std::as_bytes(std::span(content)));
    const Urn urn = hasher.finish();
    const auto path = temporary_.path() / name;
    wait_until([&] { return files_.contains(path) && files_.at(path).urn == urn; });
    const std::scoped_lock lock(mutex_);
    ASSERT_TRUE(files_.contains(path));
    EXPECT_EQ(files_.at(path).name, path.filename());
    EXPECT_EQ(files_.at(path).size, content.size());
}

void FollowedFolders::expect_trouble(Error error, const std::filesystem::path& subject) {
    const auto is_it = [&](const Trouble& trouble) { return trouble.error == error && trouble.subject == subject; };
    wait_until([&] { return std::ranges::any_of(troubles_, is_it); });
}

void FollowedFolders::write(const std::string& name, std::string_view content) {
    const auto path = temporary_.write(name, content);
    std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) - std::chrono::hours(1));
}

}  // namespace gnutella::share::test
