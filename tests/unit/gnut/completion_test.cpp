#include "completion.hpp"

#include "scratch_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gnut {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Completion, ACommandIsCompletedWithASpace) {
    EXPECT_EQ(complete_command("sea").insert, "rch ");
    EXPECT_EQ(complete_command("quit").insert, " ");
}

TEST(Completion, CommandsThatBeginAlikeAreListed) {
    const auto completion = complete_command("s");
    EXPECT_EQ(completion.insert, "");
    EXPECT_THAT(completion.candidates, ElementsAre("search", "share", "stats"));
}

TEST(Completion, WhatIsNoCommandIsLeftAlone) {
    EXPECT_EQ(complete_command("x").insert, "");
    EXPECT_THAT(complete_command("x").candidates, IsEmpty());
    EXPECT_EQ(complete_command("search sea").insert, "");
}

TEST(Completion, FoldersAreCompletedAfterShare) {
    const test::ScratchFolder scratch;
    std::filesystem::create_directories(scratch.path() / "music one");
    std::filesystem::create_directories(scratch.path() / "music two");
    std::filesystem::create_directories(scratch.path() / ".hidden");
    scratch.write("music.txt", "no folder");
    const std::string path = scratch.path().string() + '/';

    EXPECT_EQ(complete_command("share " + path + "mu").insert, "sic ");
    EXPECT_THAT(complete_folder(path).candidates, ElementsAre("music one", "music two"));
    EXPECT_EQ(complete_folder(path + "music t").insert, "wo/");
    EXPECT_EQ(complete_folder(path + ".h").insert, "idden/");
    EXPECT_THAT(complete_folder("/not/there/").candidates, IsEmpty());
}

TEST(Completion, FoldersWhoseNamesCanDriveATerminalAreLeftOut) {
    const test::ScratchFolder scratch;
    std::filesystem::create_directories(scratch.path() / "music one");
    std::filesystem::create_directories(scratch.path() / "music two");
    std::filesystem::create_directories(scratch.path() / "music\x1B[2J");
    std::filesystem::create_directories(scratch.path() / "red\x1B[31m");
    const std::string path = scratch.path().string() + '/';

    EXPECT_THAT(complete_folder(path + "music").candidates, ElementsAre("music one", "music two"));
    EXPECT_EQ(complete_folder(path + "re").insert, "");
}

}  // namespace
}  // namespace gnut
