#include "share/folders.hpp"

#include "followed_folders.hpp"

#include <sys/fsuid.h>

#include <fstream>

namespace gnutella::share {
namespace {

namespace fs = std::filesystem;

class FoldersInTrouble : public test::FollowedFolders {};

TEST_F(FoldersInTrouble, ThatVanishLoseTheirFilesAndAreLookedForAgain) {
    write("share/one");
    start();
    folders_->add(share());
    expect_shared({"share/one"});
    fs::rename(share(), temporary_.path() / "away");
    expect_trouble(Error::folder_missing, share());
    expect_shared({});
    fs::rename(temporary_.path() / "away", share());
    expect_shared({"share/one"});
    temporary_.write("share/two", "watched again");
    expect_shared({"share/one", "share/two"});
    EXPECT_EQ(reported(troubles_).size(), 1U);
}

TEST_F(FoldersInTrouble, ThatVanishWithAFolderAboveThemAreMissedToo) {
    write("above/between/share/one");
    start();
    folders_->add(temporary_.path() / "above" / "between" / "share");
    expect_shared({"above/between/share/one"});
    fs::rename(temporary_.path() / "above", temporary_.path() / "elsewhere");
    expect_trouble(Error::folder_missing, temporary_.path() / "above" / "between" / "share");
    expect_shared({});
}

TEST_F(FoldersInTrouble, ThatAreReplacedByALinkAreNotFollowed) {
    write("share/sub/one");
    write("outside/secret");
    start();
    folders_->add(share());
    expect_shared({"share/sub/one"});
    fs::rename(share(), temporary_.path() / "away");
    fs::create_directory_symlink("outside", share());
    expect_shared({});
    // Which one depends on whether it is looked for before the link is there.
    wait_until([&] { return troubles_.size() == 1 && troubles_[0].subject == share(); });
}

TEST_F(FoldersInTrouble, KeepTheHashesOfAFolderThatVanishes) {
    write("share/one");
    start();
    folders_->add(share());
    expect_shared({"share/one"});
    fs::rename(share(), temporary_.path() / "unmounted");
    expect_shared({});
    fs::rename(temporary_.path() / "unmounted", share());
    expect_shared({"share/one"});
    EXPECT_EQ(cache_.hashed(), 1);
}

TEST_F(FoldersInTrouble, FindSmallFilesWhileAHugeOneIsHashed) {
    write("share/huge", "");
    fs::resize_file(share() / "huge", 50ULL << 30);
    fs::last_write_time(share() / "huge", fs::file_time_type::clock::now() - std::chrono::hours(1));
    write("share/small", "there from the beginning");
    start();
    folders_->add(share());
    expect_shared_file("share/small", "there from the beginning");
    temporary_.write("share/another", "and one that comes later");
    expect_shared_file("share/another", "and one that comes later");
    EXPECT_FALSE(is_shared("share/huge"));
}

TEST_F(FoldersInTrouble, StopAtOnceInTheMiddleOfAHugeFile) {
    write("share/huge", "");
    fs::resize_file(share() / "huge", 50ULL << 30);
    fs::last_write_time(share() / "huge", fs::file_time_type::clock::now() - std::chrono::hours(1));
    write("share/small");
    start();
    folders_->add(share());
    wait_until([&] { return files_.contains(share() / "small"); });
    const auto before = std::chrono::steady_clock::now();
    folders_->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
    folders_->stop();
    folders_->add(share());
    folders_->remove(share());
}

TEST_F(FoldersInTrouble, LetGoOfAHugeFileThatIsRemovedWhileItIsHashed) {
    write("share/huge", "");
    fs::resize_file(share() / "huge", 50ULL << 30);
    fs::last_write_time(share() / "huge", fs::file_time_type::clock::now() - std::chrono::hours(1));
    write("share/small");
    start();
    folders_->add(share());
    wait_until([&] { return files_.contains(share() / "small"); });
    fs::remove(share() / "huge");
    expect_shared({"share/small"});
}

TEST_F(FoldersInTrouble, HashAFileAnewThatChangesWhileItIsHashed) {
    write("share/file", "");
    fs::resize_file(share() / "file", 50ULL << 30);
    fs::last_write_time(share() / "file", fs::file_time_type::clock::now() - std::chrono::hours(1));
    write("share/small");
    start();
    folders_->add(share());
    wait_until([&] { return files_.contains(share() / "small"); });
    temporary_.write("share/file", "what it is in the end");
    expect_shared_file("share/file", "what it is in the end");
}

TEST_F(FoldersInTrouble, AreNotDisturbedByAProgramThatWritesAllTheTime) {
    settings_.share_settle_time = std::chrono::milliseconds(100);
    write("share/quiet");
    start();
    folders_->add(share());
    expect_shared({"share/quiet"});
    write("share/new");
    std::ofstream log(share() / "log");
    std::unique_lock lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!(settled_ && files_.size() == 2) && std::chrono::steady_clock::now() < deadline) {
        log << "a line" << std::endl;
        reports_.wait_for(lock, std::chrono::milliseconds(2));
    }
    EXPECT_TRUE(files_.contains(share() / "new"));
    EXPECT_TRUE(settled_);
}

// Permissions do not bind root: the thread that runs the test, and those that it starts, read files as nobody.
class FoldersReadByNobody : public test::FollowedFolders {
  protected:
    FoldersReadByNobody() {
        fs::permissions(temporary_.path(), fs::perms(0755));
        before_ = ::setfsuid(nobody);
    }
    ~FoldersReadByNobody() override {
        folders_.reset();
        ::setfsuid(static_cast<uid_t>(before_));
    }

    // As the owner, whoever that is.
    void forbid(const fs::path& path) const {
        ::setfsuid(static_cast<uid_t>(before_));
        fs::permissions(path, fs::perms::none);
        ::setfsuid(nobody);
    }
    void allow(const fs::path& path) const {
        ::setfsuid(static_cast<uid_t>(before_));
        fs::permissions(path, fs::perms(0755));
        ::setfsuid(nobody);
    }
    void write_as_owner(const std::string& name) {
        ::setfsuid(static_cast<uid_t>(before_));
        write(name);
        ::setfsuid(nobody);
    }

  private:
    static constexpr uid_t nobody = 65534;
    int before_;
};

TEST_F(FoldersReadByNobody, CannotBeAddedWithoutPermission) {
    forbid(share());
    start();
    EXPECT_EQ(folders_->add(share()), Error::folder_unreadable);
}

TEST_F(FoldersReadByNobody, TellOfAFolderBelowThatCannotBeRead) {
    write_as_owner("share/sub/one");
    write_as_owner("share/two");
    forbid(share() / "sub");
    start();
    EXPECT_FALSE(folders_->add(share()));
    expect_trouble(Error::folder_unreadable, share() / "sub");
    expect_shared({"share/two"});
    allow(share() / "sub");
    expect_shared({"share/sub/one", "share/two"});
    EXPECT_EQ(reported(troubles_).size(), 1U);
    forbid(share() / "sub");
    expect_shared({"share/two"});
}

TEST_F(FoldersReadByNobody, TellOfAFileThatCannotBeRead) {
    write_as_owner("share/one");
    write_as_owner("share/two");
    forbid(share() / "one");
    start();
    folders_->add(share());
    expect_trouble(Error::file_unreadable, share() / "one");
    expect_shared({"share/two"});
    EXPECT_EQ(reported(left_out_), 1U);
    allow(share() / "one");
    expect_shared({"share/one", "share/two"});
}

TEST_F(FoldersReadByNobody, TellWhenTheFolderItselfCanBeReadNoMore) {
    write_as_owner("share/one");
    start();
    folders_->add(share());
    expect_shared({"share/one"});
    forbid(share());
    expect_trouble(Error::folder_unreadable, share());
    expect_shared({});
    allow(share());
    expect_shared({"share/one"});
}

}  // namespace
}  // namespace gnutella::share
