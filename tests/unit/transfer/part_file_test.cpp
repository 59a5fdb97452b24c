#include "transfer/part_file.hpp"
#include "sample_bytes.hpp"

#include "content_hasher.hpp"
#include "transfer/file_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

namespace gnutella::transfer {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using WhenThere = DownloadRequest::WhenThere;
using test::bytes_of;

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
    int sync(int descriptor) override { return system().sync(descriptor); }

  private:
    int good_calls_;
    int error_;
};

// Finds out only when it brings all to the disk that there is no room, until there is; tells what it has seen then.
class LateDisk final : public FileWriter {
  public:
    explicit LateDisk(std::function<void()> at_sync) : at_sync_(std::move(at_sync)) {}

    ssize_t write(int descriptor, std::span<const std::byte> bytes, std::uint64_t offset) override {
        return system().write(descriptor, bytes, offset);
    }
    int sync(int descriptor) override {
        at_sync_();
        if (full_) {
            errno = ENOSPC;
            return -1;
        }
        return system().sync(descriptor);
    }
    void make_room() { full_ = false; }

  private:
    std::function<void()> at_sync_;
    bool full_ = true;
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
        part.write(bytes_of(text), part.length(), error_);
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
    EXPECT_EQ(second.finish(WhenThere::fail, error_), folder_ / "new name.txt");
    EXPECT_THAT(names(), UnorderedElementsAre("new name.txt"));
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
        part.write(bytes_of(content_.substr(3)), 3, error_);
        EXPECT_EQ(error_, Error::disk_full);
        part.close();
        EXPECT_EQ(read(folder_ / part_file_name("a.txt", urn_)), content_.substr(0, 6));
        fs::remove(folder_ / part_file_name("a.txt", urn_));
    }
}

TEST_F(PartFileTest, IsWrittenAndReadInAnyOrder) {
    auto part = open();
    part.write(bytes_of("right"), 4, error_);
    EXPECT_EQ(part.length(), 9);
    part.write(bytes_of("all "), 0, error_);
    std::string read(100, '?');
    EXPECT_EQ(part.read(std::as_writable_bytes(std::span(read)).first(3), 2, error_), 3);
    EXPECT_EQ(read.substr(0, 3), "l r");
    EXPECT_EQ(part.read(std::as_writable_bytes(std::span(read)), 4, error_), 5) << "to its end";
    EXPECT_FALSE(error_);
    EXPECT_EQ(read.substr(0, 5), "right");
}

TEST_F(PartFileTest, KnowsWhereItHasHoles) {
    constexpr std::uint64_t far = 10 * 1024 * 1024;
    auto part = open();
    EXPECT_EQ(part.written_after(0), std::nullopt);
    part.write(bytes_of(content_), far, error_);
    const auto written = part.written_after(0);
    ASSERT_TRUE(written);
    EXPECT_GT(written->first, 0) << "the file system of the tests knows holes";
    EXPECT_LE(written->first, far);
    EXPECT_EQ(written->first + written->length, far + content_.size());
    EXPECT_EQ(part.written_after(far + 5), (ByteRange{far + 5, content_.size() - 5}));
    EXPECT_EQ(part.written_after(far + content_.size()), std::nullopt);
}

TEST_F(PartFileTest, IsCut) {
    auto part = open();
    append(part, content_);
    part.cut(4, error_);
    EXPECT_FALSE(error_);
    EXPECT_EQ(part.length(), 4);
}

TEST_F(PartFileTest, SaysThatSomebodyRemovedIt) {
    auto part = open();
    append(part, content_);
    fs::remove(folder_ / part_file_name("a.txt", urn_));
    part.finish(WhenThere::fail, error_);
    EXPECT_EQ(error_, Error::file_changed);
    EXPECT_THAT(names(), IsEmpty());
}

TEST_F(PartFileTest, IsRemovedUnlessItIsOpen) {
    {
        auto part = open();
        append(part, content_);
        PartFile::remove(folder_, urn_);
        EXPECT_EQ(part.length(), content_.size());
    }
    PartFile::remove(folder_, urn_);
    EXPECT_THAT(names(), IsEmpty());
    PartFile::remove(folder_, urn_);
    EXPECT_THAT(names(), IsEmpty());
}

TEST_F(PartFileTest, GoesOnWhenThereIsRoomAgain) {
    FailingWriter full(1, ENOSPC);
    auto part = open("a.txt", full);
    append(part, content_.substr(0, 3));
    part.write(bytes_of(content_.substr(3)), 3, error_);
    part.close();
    auto again = open();
    append(again, content_.substr(3));
    again.finish(WhenThere::fail, error_);
    EXPECT_FALSE(error_);
    EXPECT_EQ(read(folder_ / "a.txt"), content_);
}

TEST_F(PartFileTest, SaysThatTheDiskFailed) {
    FailingWriter broken(0, EIO);
    auto part = open("a.txt", broken);
    part.write(bytes_of(content_), 0, error_);
    EXPECT_EQ(error_, Error::disk);
}

TEST_F(PartFileTest, HasItsNameOnlyWhenAllOfItIsOnTheDisk) {
    int synced = 0;
    LateDisk disk([&] {
        ++synced;
        EXPECT_THAT(names(), UnorderedElementsAre(part_file_name("a.txt", urn_)));
    });
    auto part = open("a.txt", disk);
    append(part, content_);
    part.finish(WhenThere::fail, error_);
    EXPECT_EQ(error_, Error::disk_full);
    EXPECT_THAT(names(), UnorderedElementsAre(part_file_name("a.txt", urn_)));
    disk.make_room();
    EXPECT_EQ(part.finish(WhenThere::fail, error_), folder_ / "a.txt");
    EXPECT_EQ(synced, 2);
    EXPECT_EQ(read(folder_ / "a.txt"), content_);
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
