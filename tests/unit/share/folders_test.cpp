#include "share/folders.hpp"

#include "followed_folders.hpp"

#include <sys/stat.h>

namespace gnutella::share {
namespace {

namespace fs = std::filesystem;

class FoldersFollowed : public test::FollowedFolders {};

TEST_F(FoldersFollowed, ShareWhatIsInThemAndBelow) {
    write("share/one", "first");
    write("share/sub/deeper/two", "second");
    write("share/empty", "");
    start();
    EXPECT_FALSE(folders_->add(share()));
    expect_shared({"share/one", "share/sub/deeper/two", "share/empty"});
    expect_shared_file("share/one", "first");
    expect_shared_file("share/sub/deeper/two", "second");
    expect_shared_file("share/empty", "");
}

TEST_F(FoldersFollowed, SayWhenTheyHaveBeenRead) {
    write("share/one", "12345");
    write("share/sub/two", "123");
    start();
    folders_->add(share());
    wait_until([&] { return settled_; });
    const auto read = reported(read_);
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0].folder, share());
    EXPECT_EQ(read[0].files, 2U);
    EXPECT_EQ(read[0].bytes, 8U);
    write("share/three", "12");
    wait_until([&] { return read_.back().files == 3 && read_.back().bytes == 10; });
}

TEST_F(FoldersFollowed, SayThatAnEmptyFolderHasBeenRead) {
    start();
    folders_->add(share());
    wait_until([&] { return settled_ && read_.size() == 1 && read_[0].files == 0; });
}

TEST_F(FoldersFollowed, CannotBeAddedWhenTheyAreNotFolders) {
    const auto file = temporary_.write("file", "");
    start();
    EXPECT_EQ(folders_->add(temporary_.path() / "missing"), Error::folder_missing);
    EXPECT_EQ(folders_->add(""), Error::folder_missing);
    EXPECT_EQ(folders_->add(file), Error::not_a_folder);
    fs::create_symlink("nowhere", temporary_.path() / "dangling");
    EXPECT_EQ(folders_->add(temporary_.path() / "dangling"), Error::folder_missing);
}

TEST_F(FoldersFollowed, MayBeNamedByALinkAndAreThenKnownByTheirOwnPath) {
    write("share/one");
    fs::create_directory_symlink("share", temporary_.path() / "link");
    start();
    EXPECT_FALSE(folders_->add(temporary_.path() / "link" / "."));
    expect_shared({"share/one"});
    folders_->remove(temporary_.path() / "link");
    expect_shared({});
}

TEST_F(FoldersFollowed, TakeUpANewFile) {
    start();
    folders_->add(share());
    expect_shared({});
    temporary_.write("share/new", "written now");
    expect_shared({"share/new"});
    expect_shared_file("share/new", "written now");
}

TEST_F(FoldersFollowed, TakeUpAFileThatGetsItsNameWhenItIsWhole) {
    start();
    folders_->add(share());
    expect_shared({});
    temporary_.write("share/.file.part", "downloaded");
    fs::rename(share() / ".file.part", share() / "file");
    expect_shared({"share/file"});
    expect_shared_file("share/file", "downloaded");
    EXPECT_EQ(cache_.hashed(), 1);
}

TEST_F(FoldersFollowed, TakeUpAChangeWithoutServingTheOldContent) {
    write("share/file", "before");
    start();
    folders_->add(share());
    expect_shared_file("share/file", "before");
    temporary_.write("share/file", "and after");
    expect_shared_file("share/file", "and after");
    expect_shared({"share/file"});
}

TEST_F(FoldersFollowed, LeaveAFileAloneThatMayStillBeWrittenTo) {
    settings_.share_settle_time = std::chrono::hours(1);
    temporary_.write("share/a new one", "half of wh");
    write("share/an old one");
    write("share/one from the future");
    fs::last_write_time(share() / "one from the future", fs::file_time_type::clock::now() + std::chrono::hours(9));
    fs::last_write_time(share() / "an old one", fs::file_time_type::clock::now() - std::chrono::hours(2));
    start();
    folders_->add(share());
    wait_until([&] { return files_.size() == 2; });
    EXPECT_TRUE(is_shared("share/an old one"));
    EXPECT_TRUE(is_shared("share/one from the future"));
    EXPECT_FALSE(reported(settled_));
    // Written to once more: withdrawn at once, although it will not be hashed for an hour.
    temporary_.write("share/an old one", "changed");
    wait_until([&] { return files_.size() == 1; });
}

TEST_F(FoldersFollowed, ForgetARemovedFile) {
    write("share/one");
    write("share/two");
    start();
    folders_->add(share());
    expect_shared({"share/one", "share/two"});
    fs::remove(share() / "one");
    expect_shared({"share/two"});
    EXPECT_FALSE(cache_.knows(share() / "one"));
    EXPECT_TRUE(cache_.knows(share() / "two"));
}

TEST_F(FoldersFollowed, KnowARenamedFileByItsNewName) {
    write("share/old", "content");
    start();
    folders_->add(share());
    expect_shared({"share/old"});
    fs::rename(share() / "old", share() / "new");
    expect_shared({"share/new"});
    expect_shared_file("share/new", "content");
}

TEST_F(FoldersFollowed, TakeUpNewFoldersWithWhatIsInThem) {
    start();
    folders_->add(share());
    expect_shared({});
    temporary_.write("share/a/b/c/file", "deep");
    expect_shared({"share/a/b/c/file"});
    temporary_.write("share/a/b/other", "later");
    expect_shared({"share/a/b/c/file", "share/a/b/other"});
}

TEST_F(FoldersFollowed, TakeUpAFolderThatIsMovedIn) {
    write("outside/sub/one");
    write("outside/two");
    start();
    folders_->add(share());
    expect_shared({});
    fs::rename(temporary_.path() / "outside", share() / "inside");
    expect_shared({"share/inside/sub/one", "share/inside/two"});
    temporary_.write("share/inside/sub/three", "watched there, too");
    expect_shared({"share/inside/sub/one", "share/inside/two", "share/inside/sub/three"});
}

TEST_F(FoldersFollowed, ForgetAFolderThatIsMovedOut) {
    write("share/inside/sub/one");
    write("share/inside/two");
    write("share/stays");
    start();
    folders_->add(share());
    expect_shared({"share/inside/sub/one", "share/inside/two", "share/stays"});
    fs::rename(share() / "inside", temporary_.path() / "outside");
    expect_shared({"share/stays"});
    temporary_.write("outside/sub/three", "no longer watched");
    temporary_.write("share/four", "still watched");
    expect_shared({"share/stays", "share/four"});
}

TEST_F(FoldersFollowed, FollowAFolderThatIsRenamed) {
    write("share/old/sub/one");
    start();
    folders_->add(share());
    expect_shared({"share/old/sub/one"});
    fs::rename(share() / "old", share() / "new");
    expect_shared({"share/new/sub/one"});
    temporary_.write("share/new/sub/two", "");
    expect_shared({"share/new/sub/one", "share/new/sub/two"});
}

TEST_F(FoldersFollowed, ForgetARemovedFolder) {
    write("share/sub/deep/one");
    write("share/two");
    start();
    folders_->add(share());
    expect_shared({"share/sub/deep/one", "share/two"});
    fs::remove_all(share() / "sub");
    expect_shared({"share/two"});
}

TEST_F(FoldersFollowed, DoNotShareWhatIsHidden) {
    write("share/.hidden");
    write("share/.folder/file");
    write("share/sub/.hidden");
    write("share/seen");
    start();
    folders_->add(share());
    expect_shared({"share/seen"});
    temporary_.write("share/.another", "");
    temporary_.write("share/.folder/another", "");
    fs::rename(share() / "seen", share() / ".seen");
    expect_shared({});
    EXPECT_EQ(reported(left_out_), 0U);
    EXPECT_EQ(cache_.hashed(), 1);
}

TEST_F(FoldersFollowed, MayBeHiddenThemselves) {
    write(".mine/file");
    start();
    folders_->add(temporary_.path() / ".mine");
    expect_shared({".mine/file"});
}

TEST_F(FoldersFollowed, DoNotServeWhereLinksLeadTo) {
    write("outside/secret");
    write("share/real/file");
    fs::create_symlink(temporary_.path() / "outside" / "secret", share() / "link to a file");
    fs::create_directory_symlink(temporary_.path() / "outside", share() / "link to a folder");
    fs::create_directory_symlink("..", share() / "real" / "loop");
    fs::create_symlink("file", share() / "real" / "inside");
    fs::create_symlink("nowhere", share() / "dangling");
    start();
    folders_->add(share());
    expect_shared({"share/real/file"});
    fs::create_directory_symlink(temporary_.path() / "outside", share() / "later");
    fs::create_symlink(temporary_.path() / "outside" / "secret", share() / "a later one");
    temporary_.write("share/last", "");
    expect_shared({"share/real/file", "share/last"});
}

TEST_F(FoldersFollowed, ShareOnlyRegularFiles) {
    ASSERT_EQ(::mkfifo((share() / "fifo").c_str(), 0600), 0);
    write("share/file");
    start();
    folders_->add(share());
    expect_shared({"share/file"});
    ASSERT_EQ(::mkfifo((share() / "another").c_str(), 0600), 0);
    fs::remove(share() / "file");
    ASSERT_EQ(::mkfifo((share() / "file").c_str(), 0600), 0);
    expect_shared({});
}

TEST_F(FoldersFollowed, LeaveOutNamesThatCannotBeShown) {
    write("share/good \xC3\xB6");
    write("share/latin1 \xF6");
    write("share/line\nbreak");
    write("share/escape \x1B[2J");
    write("share/folder \xF6/good");
    start();
    folders_->add(share());
    expect_shared({"share/good \xC3\xB6", "share/folder \xF6/good"});
    EXPECT_EQ(reported(left_out_), 3U);
}

TEST_F(FoldersFollowed, LeaveOutWhatIsOverTheLimits) {
    settings_.max_shared_files = 2;
    settings_.max_folder_depth = 1;
    for (const char* name : {"share/1", "share/2", "share/3"}) {
        write(name);
    }
    write("share/a/b/too deep");
    start();
    folders_->add(share());
    wait_until([&] { return settled_; });
    EXPECT_EQ(reported(files_).size(), 2U);
    EXPECT_EQ(reported(left_out_), 2U);
}

TEST_F(FoldersFollowed, AreSharedOnceHoweverOftenTheyAreAdded) {
    write("share/sub/one");
    write("share/two");
    start();
    folders_->add(share());
    folders_->add(share() / "sub" / "..");
    expect_shared({"share/sub/one", "share/two"});
    folders_->remove(share());
    expect_shared({});
}

TEST_F(FoldersFollowed, MayLieInsideOneAnother) {
    write("share/sub/one");
    write("share/two");
    start();
    folders_->add(share());
    expect_shared({"share/sub/one", "share/two"});
    folders_->add(share() / "sub");
    wait_until([&] { return settled_ && read_.back().folder == share() / "sub"; });
    expect_shared({"share/sub/one", "share/two"});
    temporary_.write("share/sub/three", "");
    expect_shared({"share/sub/one", "share/sub/three", "share/two"});
    folders_->remove(share());
    expect_shared({"share/sub/one", "share/sub/three"});
    folders_->add(share());
    expect_shared({"share/sub/one", "share/sub/three", "share/two"});
    folders_->remove(share() / "sub");
    wait_until([&] { return settled_ && read_.back().files == 3; });
    expect_shared({"share/sub/one", "share/sub/three", "share/two"});
    temporary_.write("share/sub/four", "");
    expect_shared({"share/sub/one", "share/sub/three", "share/sub/four", "share/two"});
}

TEST_F(FoldersFollowed, WithoutInotifyAreReadAgainAndAgain) {
    write("share/sub/one");
    write("share/changes", "before");
    start(Folders::Watching::rescan);
    folders_->add(share());
    expect_shared({"share/sub/one", "share/changes"});
    temporary_.write("share/sub/deep/two", "");
    expect_shared({"share/sub/one", "share/changes", "share/sub/deep/two"});
    fs::remove_all(share() / "sub");
    expect_shared({"share/changes"});
    temporary_.write("share/changes", "and after");
    expect_shared_file("share/changes", "and after");
}

TEST_F(FoldersFollowed, WithoutInotifyTellOnlyOfChanges) {
    write("share/one");
    start(Folders::Watching::rescan);
    folders_->add(share());
    expect_shared({"share/one"});
    const std::size_t before = reported(read_).size();
    temporary_.write("share/two", "");
    expect_shared({"share/one", "share/two"});
    EXPECT_EQ(reported(read_).size(), before + 1);
    EXPECT_EQ(cache_.hashed(), 2);
}

TEST_F(FoldersFollowed, AfterARestartTakeTheirHashesFromTheCache) {
    write("share/one", "first");
    write("share/sub/two");
    start();
    folders_->add(share());
    expect_shared({"share/one", "share/sub/two"});
    EXPECT_EQ(cache_.hashed(), 2);
    folders_->stop();
    write("share/changed while stopped");
    restart();
    folders_->add(share());
    expect_shared({"share/one", "share/sub/two", "share/changed while stopped"});
    expect_shared_file("share/one", "first");
    EXPECT_EQ(cache_.hashed(), 3);
}

TEST_F(FoldersFollowed, ComputeATreeThatIsWantedOfAFileThatTheCacheKnew) {
    write("share/one", "first");
    write("outside", "second");
    start();
    folders_->add(share());
    expect_shared({"share/one"});
    restart();
    folders_->add(share());
    expect_shared({"share/one"});
    EXPECT_EQ(cache_.hashed(), 1);
    folders_->want_tree(temporary_.path() / "outside");
    folders_->want_tree(share() / "one");
    wait_until([&] { return cache_.hashed() == 2; });
    expect_shared({"share/one"});
    expect_shared_file("share/one", "first");
    EXPECT_FALSE(cache_.knows(temporary_.path() / "outside"));
}

TEST_F(FoldersFollowed, MayBeMany) {
    std::vector<std::string> names;
    test::FollowedFolders::Names expected;
    start();
    for (int number = 0; number < 20; ++number) {
        const std::string folder = "folder" + std::to_string(number);
        write(folder + "/file");
        EXPECT_FALSE(folders_->add(temporary_.path() / folder));
        expected.insert(folder + "/file");
    }
    expect_shared(expected);
    for (int number = 0; number < 20; number += 2) {
        const std::string folder = "folder" + std::to_string(number);
        folders_->remove(temporary_.path() / folder);
        expected.erase(folder + "/file");
    }
    expect_shared(expected);
}

}  // namespace
}  // namespace gnutella::share
