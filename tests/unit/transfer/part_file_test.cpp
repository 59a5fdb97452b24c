#include "transfer/part_file.hpp"

#include "transfer/file_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace gnutella::transfer {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using WhenThere = DownloadRequest::WhenThere;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

Urn urn_of(std::string_view content) {
    ContentHasher hasher;
    hasher.update(bytes_of(content));
    return hasher.finish();
}

std::string read(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const fs::path& path, std::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
}

// Writes three bytes at a time, and fails after some calls.
class FailingWriter final : public FileWriter {
  public:
    FailingWriter(int good_calls, int error) : good_calls_(good_calls), error_(error) {}

    ssize_t write(int descriptor, std::span<const std::byte> bytes, std::uint64_t offset) override {
        if (good_calls_-- <= 0) {
            errno = error_;
            return -1;
        }
        return system().write(descriptor, bytes.first(std::min<std::size_t>(3, bytes.size())), offset);
    }

  private:
    int good_calls_;
    int error_;
};

class PartFileTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = fs::temp_directory_path() / "gnutella-part-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { fs::remove_all(folder_); }

    PartFile open(const std::string& name = "a.txt", FileWriter& writer = FileWriter::system()) {
        auto part = PartFile::open(folder_, name, urn_, error_, writer);
        EXPECT_FALSE(error_) << error_.message();
        return std::move(part).value();
    }

    error_code error_of_opening(const std::string& name = "a.txt") {
        const auto part = PartFile::open(folder_, name, urn_, error_);
        EXPECT_EQ(part.has_value(), !error_);
        return error_;
    }

    void append(PartFile& part, std::string_view text) {
        part.append(bytes_of(text), error_);
        ASSERT_FALSE(error_) << error_.message();
    }

    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& entry : fs::directory_iterator(folder_)) {
            all.push_back(entry.path().filename());
        }
        return all;
    }

    const std::string content_ = "what is in the file";
    const Urn urn_ = urn_of(content_);
    fs::path folder_;
    error_code error_;
};

TEST_F(PartFileTest, HasItsNameOnlyWhenItIsWhole) {
    auto part = open();
    append(part, content_);
    EXPECT_THAT(names(), UnorderedElementsAre(part_file_name("a.txt", urn_)));
    EXPECT_EQ(part.finish(WhenThere::fail, error_), folder_ / "a.txt");
    EXPECT_FALSE(error_);
    EXPECT_THAT(names(), UnorderedElementsAre("a.txt"));
    EXPECT_EQ(read(folder_ / "a.txt"), content_);
    EXPECT_EQ(part.content(), urn_);
}

TEST_F(PartFileTest, MakesTheFolder) {
    const fs::path deep = folder_ / "not" / "there";
    auto part = PartFile::open(deep, "a.txt", urn_, error_);
    ASSERT_TRUE(part);
    append(*part, content_);
    EXPECT_EQ(part->finish(WhenThere::fail, error_), deep / "a.txt");
}

TEST_F(PartFileTest, HasThePermissionsThatTheUmaskLeaves) {
    const mode_t before = ::umask(027);
    auto part = open();
    append(part, content_);
    part.finish(WhenThere::fail, error_);
    ::umask(before);
    EXPECT_EQ(fs::status(folder_ / "a.txt").permissions(), fs::perms(0640));
}

TEST_F(PartFileTest, GoesOnFromWhatWasLeft) {
    auto first = open();
    append(first, content_.substr(0, 7));
    first.close();
    auto second = open();
    EXPECT_EQ(second.length(), 7);
    EXPECT_EQ(second.unhashed(), 7);
    second.hash_existing(1'000'000, error_);
    EXPECT_EQ(second.unhashed(), 0);
    append(second, content_.substr(7));
    second.finish(WhenThere::fail, error_);
    EXPECT_FALSE(error_) << error_.message();
    EXPECT_EQ(read(folder_ / "a.txt"), content_);
}

TEST_F(PartFileTest, GoesOnThoughTheFileIsNowCalledOtherwise) {
    auto first = open("old name.txt");
    append(first, content_);
    first.close();
    auto second = open("new name.txt");
    EXPECT_EQ(second.length(), content_.size());
    second.hash_existing(1'000'000, error_);
    EXPECT_EQ(second.finish(WhenThere::fail, error_), folder_ / "new name.txt");
    EXPECT_THAT(names(), UnorderedElementsAre("new name.txt"));
}

TEST_F(PartFileTest, HashesWhatWasLeftInTurns) {
    const std::string long_content(3'000'000, 'x');
    const Urn urn = urn_of(long_content);
    write(folder_ / part_file_name("a", urn), long_content);
    auto part = PartFile::open(folder_, "a", urn, error_);
    ASSERT_TRUE(part);
    int turns = 0;
    for (; part->unhashed() > 0; ++turns) {
        part->hash_existing(1'000'000, error_);
        ASSERT_FALSE(error_);
    }
    EXPECT_GE(turns, 2);
    part->finish(WhenThere::fail, error_);
    EXPECT_FALSE(error_);
}

TEST_F(PartFileTest, IsEmptyAfterAWrongHash) {
    auto part = open();
    append(part, "something else");
    part.finish(WhenThere::fail, error_);
    EXPECT_EQ(error_, Error::hash_mismatch);
    EXPECT_EQ(part.length(), 0);
    EXPECT_EQ(fs::file_size(folder_ / part_file_name("a.txt", urn_)), 0);
    append(part, content_);
    part.finish(WhenThere::fail, error_);
    EXPECT_FALSE(error_) << "fetched anew it is right";
}

TEST_F(PartFileTest, ChecksBothHashesWhereBothAreKnown) {
    const Urn half_wrong(*urn_.sha1(), TigerRoot{});
    auto part = PartFile::open(folder_, "a.txt", half_wrong, error_);
    ASSERT_TRUE(part);
    append(*part, content_);
    part->finish(WhenThere::fail, error_);
    EXPECT_EQ(error_, Error::hash_mismatch);
}

TEST_F(PartFileTest, OverwritesNothing) {
    write(folder_ / "a.txt", "mine");
    auto part = open();
    append(part, content_);
    part.finish(WhenThere::fail, error_);
    EXPECT_EQ(error_, Error::file_exists);
    EXPECT_EQ(read(folder_ / "a.txt"), "mine");
    EXPECT_EQ(part.finish(WhenThere::choose_another, error_), folder_ / "a (1).txt");
    EXPECT_FALSE(error_) << "nothing was lost meanwhile";
    EXPECT_EQ(read(folder_ / "a (1).txt"), content_);
}

TEST_F(PartFileTest, TakesTheFirstNumberThatIsFree) {
    write(folder_ / "a.txt", "");
    write(folder_ / "a (1).txt", "");
    fs::create_directory(folder_ / "a (2).txt");
    fs::create_symlink("nowhere", folder_ / "a (3).txt");
    auto part = open();
    append(part, content_);
    EXPECT_EQ(part.finish(WhenThere::choose_another, error_), folder_ / "a (4).txt");
}

TEST_F(PartFileTest, IsOpenOnceForOneContent) {
    auto part = open();
    append(part, content_);
    EXPECT_EQ(error_of_opening(), Error::download_active);
    EXPECT_EQ(error_of_opening("another name.txt"), Error::download_active);
    part.close();
    EXPECT_FALSE(error_of_opening());
}

TEST_F(PartFileTest, FollowsNoLink) {
    write(folder_ / "victim", "precious");
    fs::create_symlink("victim", folder_ / part_file_name("a.txt", urn_));
    EXPECT_EQ(error_of_opening(), Error::disk);
    EXPECT_EQ(read(folder_ / "victim"), "precious");
}

TEST_F(PartFileTest, WaitsAtNoPipe) {
    ASSERT_EQ(::mkfifo((folder_ / part_file_name("a.txt", urn_)).c_str(), 0600), 0);
    EXPECT_EQ(error_of_opening(), Error::disk);
}

TEST_F(PartFileTest, RefusesANameThatIsNotPlain) {
    for (const char* name : {"", ".", "..", "a/b", "../a"}) {
        EXPECT_EQ(error_of_opening(name), Error::bad_file_name) << name;
    }
    EXPECT_THAT(names(), IsEmpty());
}

TEST_F(PartFileTest, SaysWhenTheFolderCannotBe) {
    write(folder_ / "file", "");
    PartFile::open(folder_ / "file" / "folder", "a.txt", urn_, error_);
    EXPECT_EQ(error_, Error::disk);
}

TEST_F(PartFileTest, SaysThatTheDiskIsFullAndKeepsWhatItHas) {
    for (const int number : {ENOSPC, EDQUOT}) {
        FailingWriter full_after_six_bytes(2, number);
        auto part = open("a.txt", full_after_six_bytes);
        append(part, content_.substr(0, 3));
        part.append(bytes_of(content_.substr(3)), error_);
        EXPECT_EQ(error_, Error::disk_full);
        EXPECT_EQ(part.length(), 3);
        part.close();
        EXPECT_EQ(read(folder_ / part_file_name("a.txt", urn_)), content_.substr(0, 3));
        fs::remove(folder_ / part_file_name("a.txt", urn_));
    }
}

TEST_F(PartFileTest, GoesOnWhenThereIsRoomAgain) {
    FailingWriter full(1, ENOSPC);
    auto part = open("a.txt", full);
    append(part, content_.substr(0, 3));
    part.append(bytes_of(content_.substr(3)), error_);
    part.close();
    auto again = open();
    again.hash_existing(1'000'000, error_);
    append(again, content_.substr(3));
    again.finish(WhenThere::fail, error_);
    EXPECT_FALSE(error_);
    EXPECT_EQ(read(folder_ / "a.txt"), content_);
}

TEST_F(PartFileTest, SaysThatTheDiskFailed) {
    FailingWriter broken(0, EIO);
    auto part = open("a.txt", broken);
    part.append(bytes_of(content_), error_);
    EXPECT_EQ(error_, Error::disk);
}

TEST_F(PartFileTest, WritesOnAfterAShortWrite) {
    FailingWriter slow(1000, 0);
    auto part = open("a.txt", slow);
    append(part, content_);
    part.finish(WhenThere::fail, error_);
    EXPECT_FALSE(error_);
    EXPECT_EQ(read(folder_ / "a.txt"), content_);
}

TEST_F(PartFileTest, LeavesNothingOfNothing) {
    auto part = open();
    part.close();
    EXPECT_THAT(names(), IsEmpty());
}

TEST_F(PartFileTest, HoldsAnEmptyFile) {
    const Urn nothing = urn_of("");
    auto part = PartFile::open(folder_, "empty", nothing, error_);
    ASSERT_TRUE(part);
    EXPECT_EQ(part->finish(WhenThere::fail, error_), folder_ / "empty");
    EXPECT_EQ(fs::file_size(folder_ / "empty"), 0);
}

}  // namespace
}  // namespace gnutella::transfer
