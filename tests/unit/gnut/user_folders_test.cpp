#include "user_folders.hpp"

#include <gtest/gtest.h>

#include <map>

namespace gnut {
namespace {

UserFolders folders_with(std::map<std::string, std::string> variables) {
    return user_folders([&variables](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

TEST(UserFolders, AreBelowTheXdgFolders) {
    const auto folders = folders_with({{"HOME", "/home/x"}, {"XDG_CONFIG_HOME", "/c"}, {"XDG_STATE_HOME", "/s"}});
    EXPECT_EQ(folders.config_file, "/c/gnut/gnut.conf");
    EXPECT_EQ(folders.state, "/s/gnut");
}

TEST(UserFolders, AreBelowHomeWithoutThem) {
    const auto folders = folders_with({{"HOME", "/home/x"}, {"XDG_CONFIG_HOME", ""}, {"XDG_STATE_HOME", "relative"}});
    EXPECT_EQ(folders.config_file, "/home/x/.config/gnut/gnut.conf");
    EXPECT_EQ(folders.state, "/home/x/.local/state/gnut");
}

TEST(UserFolders, AreNowhereWithoutAHome) {
    const auto folders = folders_with({});
    EXPECT_TRUE(folders.config_file.empty());
    EXPECT_TRUE(folders.state.empty());
}

TEST(UserFolders, ATildeIsTheHomeAtTheBeginningOnly) {
    EXPECT_EQ(folder_from("~/Music", "/home/x"), "/home/x/Music");
    EXPECT_EQ(folder_from("~", "/home/x"), "/home/x");
    EXPECT_EQ(folder_from("~/", "/home/x"), "/home/x/");
    EXPECT_EQ(folder_from("/srv/~/Music", "/home/x"), "/srv/~/Music");
    EXPECT_EQ(folder_from("~y", "/home/x"), "~y");
    EXPECT_EQ(folder_from("~/Music", ""), "~/Music");
    EXPECT_EQ(folder_from("~", ""), "~");
}

}  // namespace
}  // namespace gnut
