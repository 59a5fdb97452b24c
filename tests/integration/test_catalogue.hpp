#pragma once

#include "content_hasher.hpp"
#include "node.hpp"
#include "transfer/catalogue.hpp"

#include <boost/asio/awaitable.hpp>

#include <fcntl.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

namespace gnutella::test {

/// A catalogue of the files that a test puts into it.
class TestCatalogue final : public transfer::Catalogue {
  public:
    SharedFile add(const std::filesystem::path& path, const HashedContent& content) {
        const std::scoped_lock lock(mutex_);
        trees_.push_back(content.tree);
        return add_locked(path, content.urn);
    }
    SharedFile add(const std::filesystem::path& path, const Urn& urn) {
        const std::scoped_lock lock(mutex_);
        return add_locked(path, urn);
    }

    /// Files are numbered from 1, as they were added.
    boost::asio::awaitable<std::optional<SharedFile>> find(std::variant<transfer::IndexedFile, Urn> wanted) override {
        const std::scoped_lock lock(mutex_);
        std::uint32_t index = 0;
        for (const SharedFile& file : files_) {
            ++index;
            const auto* indexed = std::get_if<transfer::IndexedFile>(&wanted);
            const bool found = indexed != nullptr ? indexed->index == index && indexed->name == file.name
                                                  : file.urn.same_file(std::get<Urn>(wanted));
            if (found) {
                co_return file;
            }
        }
        co_return std::nullopt;
    }

    boost::asio::awaitable<std::vector<transfer::ListedFile>> list(std::uint64_t after, std::size_t most) override {
        const std::scoped_lock lock(mutex_);
        std::vector<transfer::ListedFile> listed;
        for (auto id = after; id < files_.size() && listed.size() < most; ++id) {
            const SharedFile& file = files_[static_cast<std::size_t>(id)];
            listed.push_back({id + 1, file.name, file.size, file.urn});
        }
        co_return listed;
    }

    int open(const SharedFile& file, error_code& error) override {
        {
            std::unique_lock lock(mutex_);
            ++opened_;
            changed_.notify_all();
            EXPECT_TRUE(changed_.wait_for(lock, patience, [this] { return opened_ <= may_open_; }));
        }
        const int descriptor = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC);
        error = descriptor < 0 ? error_code(Error::file_unreadable) : error_code{};
        return descriptor;
    }

    std::optional<HashTree> tree(const SharedFile& file) override {
        const std::scoped_lock lock(mutex_);
        for (const HashTree& tree : trees_) {
            if (tree.root() == file.urn.tiger()) {
                return tree;
            }
        }
        return std::nullopt;
    }

    /// From now on the disk is slow: nothing more is opened.
    void hold() {
        const std::scoped_lock lock(mutex_);
        may_open_ = opened_;
    }
    void wait_until_held() {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, patience, [this] { return opened_ > may_open_; }));
    }
    void release() {
        const std::scoped_lock lock(mutex_);
        may_open_ = std::numeric_limits<int>::max();
        changed_.notify_all();
    }

    void want_tree(const SharedFile&) override { ++trees_wanted_; }
    int trees_wanted() const { return trees_wanted_; }

  private:
    SharedFile add_locked(const std::filesystem::path& path, const Urn& urn) {
        files_.push_back({path.filename(), path, std::filesystem::file_size(path), 0, urn});
        return files_.back();
    }

    std::mutex mutex_;
    std::vector<SharedFile> files_;
    std::vector<HashTree> trees_;
    std::atomic<int> trees_wanted_{0};
    std::condition_variable changed_;
    int opened_ = 0;
    int may_open_ = std::numeric_limits<int>::max();
};

}  // namespace gnutella::test
