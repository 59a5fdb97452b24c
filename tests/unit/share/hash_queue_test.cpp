#include "share/hash_queue.hpp"

#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace gnutella::share {
namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

class Hashed : public ::testing::Test {
  protected:
    std::string write(const char* name, std::size_t size) {
        return folder_.write(name, std::string(size, 'x')).string();
    }

    std::vector<std::string> order_of_results() {
        std::vector<std::string> order;
        while (!queue_.empty()) {
            if (const auto result = queue_.advance()) {
                EXPECT_TRUE(result->content) << result->path << ": " << result->error.message();
                order.push_back(std::filesystem::path(result->path).filename());
            }
        }
        return order;
    }

    gnutella::test::TemporaryFolder folder_;
    HashQueue queue_;
};

TEST_F(Hashed, SmallFilesComeFirst) {
    queue_.add(write("large", 3 * mebibyte), 3 * mebibyte);
    queue_.add(write("empty", 0), 0);
    queue_.add(write("small", 10), 10);
    EXPECT_EQ(order_of_results(), (std::vector<std::string>{"empty", "small", "large"}));
}

TEST_F(Hashed, AHugeFileGivesWayToASmallerOneThatComesLater) {
    queue_.add(write("huge", 5 * mebibyte), 5 * mebibyte);
    EXPECT_FALSE(queue_.advance());
    queue_.add(write("large", 3 * mebibyte), 3 * mebibyte);
    EXPECT_FALSE(queue_.advance());
    queue_.add(write("small", 10), 10);
    EXPECT_EQ(order_of_results(), (std::vector<std::string>{"small", "large", "huge"}));
}

TEST_F(Hashed, AFileThatIsAddedTwiceIsHashedOnce) {
    const std::string path = write("file", 3 * mebibyte);
    queue_.add(path, 3 * mebibyte);
    queue_.add(path, 3 * mebibyte);
    EXPECT_FALSE(queue_.advance());
    queue_.add(path, 3 * mebibyte);
    EXPECT_EQ(order_of_results(), (std::vector<std::string>{"file"}));
}

TEST_F(Hashed, AnAlmostFinishedFileIsFinished) {
    queue_.add(write("first", 3 * mebibyte), 3 * mebibyte);
    EXPECT_FALSE(queue_.advance());
    EXPECT_FALSE(queue_.advance());
    queue_.add(write("second", 2 * mebibyte), 2 * mebibyte);
    EXPECT_EQ(order_of_results(), (std::vector<std::string>{"first", "second"}));
}

TEST_F(Hashed, TheResultSaysWhatTheFileWas) {
    const std::string path = write("file", 10);
    queue_.add(path, 10);
    const auto result = queue_.advance();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->path, path);
    EXPECT_EQ(result->stamp.size, 10U);
    EXPECT_FALSE(result->error);
    ContentHasher hasher;
    const std::string content(10, 'x');
    hasher.update(std::as_bytes(std::span(content)));
    EXPECT_EQ(result->content, hasher.finish_with_tree());
}

TEST_F(Hashed, ACancelledFileIsHashedNoMore) {
    const std::string waiting = write("waiting", 5 * mebibyte);
    const std::string under_way = write("under way", 4 * mebibyte);
    queue_.add(waiting, 5 * mebibyte);
    queue_.add(under_way, 4 * mebibyte);
    EXPECT_FALSE(queue_.advance());
    queue_.cancel(under_way, 4 * mebibyte);
    EXPECT_FALSE(queue_.empty());
    queue_.cancel(waiting, 5 * mebibyte);
    EXPECT_TRUE(queue_.empty());
    EXPECT_FALSE(queue_.advance());
}

TEST_F(Hashed, WhatIsNoRegularFileAnyMoreIsUnreadable) {
    const std::string real = write("real", 10);
    ASSERT_EQ(::mkfifo((folder_.path() / "fifo").c_str(), 0600), 0);
    std::filesystem::create_symlink(real, folder_.path() / "link");
    std::filesystem::create_directory_symlink(folder_.path(), folder_.path() / "folder");
    for (const char* name : {"fifo", "link", "missing", "folder/real"}) {
        queue_.add((folder_.path() / name).string(), 10);
        const auto result = queue_.advance();
        ASSERT_TRUE(result) << name;
        EXPECT_FALSE(result->content) << name;
        EXPECT_EQ(result->error, Error::file_unreadable) << name;
    }
}

TEST_F(Hashed, AFileThatIsCutWhileItIsReadHasChanged) {
    const std::string path = write("file", 3 * mebibyte);
    queue_.add(path, 3 * mebibyte);
    EXPECT_FALSE(queue_.advance());
    std::filesystem::resize_file(path, mebibyte);
    const auto result = queue_.advance();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->error, Error::file_changed);
    EXPECT_TRUE(queue_.empty());
}

}  // namespace
}  // namespace gnutella::share
