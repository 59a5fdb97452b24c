#include "net/quic/identity_key.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <array>
#include <barrier>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <thread>
#include <vector>

namespace gnutella::test {
namespace {

using net::IdentityKey;

struct IdentityKeyTest : testing::Test {
    TemporaryFolder folder;
    std::filesystem::path file = folder.path() / IdentityKey::file_name;
    error_code error;

    mode_t mode() const {
        struct stat status {};
        EXPECT_EQ(::stat(file.c_str(), &status), 0);
        return status.st_mode & 0777;
    }
};

TEST_F(IdentityKeyTest, IsTheSameNextTime) {
    const IdentityKey first = IdentityKey::load_or_make(folder.path(), error);
    ASSERT_FALSE(error);
    const IdentityKey again = IdentityKey::load_or_make(folder.path(), error);
    ASSERT_FALSE(error);
    EXPECT_EQ(first.hash(), again.hash());
    EXPECT_EQ(first.secret("one"), again.secret("one"));
    EXPECT_NE(first.secret("one"), first.secret("other"));
    EXPECT_NE(first.hash(), IdentityKey::make().hash());
}

TEST_F(IdentityKeyTest, IsForItsOwnerAlone) {
    IdentityKey::load_or_make(folder.path(), error);
    EXPECT_EQ(mode(), 0600U);
    std::filesystem::permissions(file, std::filesystem::perms::all);
    IdentityKey::load_or_make(folder.path(), error);
    EXPECT_FALSE(error);
    EXPECT_EQ(mode(), 0600U);
}

TEST_F(IdentityKeyTest, LeavesNothingElseBehind) {
    std::ofstream(folder.path() / "identity.key.new") << "what a crash left";
    IdentityKey::load_or_make(folder.path(), error);
    EXPECT_FALSE(error);
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        names.insert(entry.path().filename());
    }
    EXPECT_EQ(names, std::set<std::string>{"identity.key"});
}

TEST_F(IdentityKeyTest, IsOneForAllThatBeginAtOnce) {
    constexpr std::size_t count = 4;
    for (int round = 0; round < 25; ++round) {
        std::filesystem::remove(file);
        std::array<error_code, count> errors;
        std::array<std::optional<KeyHash>, count> hashes;
        std::barrier together(count);
        std::vector<std::thread> threads;
        for (std::size_t each = 0; each < count; ++each) {
            threads.emplace_back([&, each] {
                together.arrive_and_wait();
                hashes[each] = IdentityKey::load_or_make(folder.path(), errors[each]).hash();
            });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        for (std::size_t each = 0; each < count; ++each) {
            ASSERT_FALSE(errors[each]) << errors[each].message();
            ASSERT_EQ(hashes[each], IdentityKey::load_or_make(folder.path(), error).hash());
        }
    }
}

TEST_F(IdentityKeyTest, ThatIsDamagedIsNotReplaced) {
    IdentityKey::load_or_make(folder.path(), error);
    std::filesystem::resize_file(file, 40);
    IdentityKey::load_or_make(folder.path(), error);
    EXPECT_EQ(error, Error::identity_damaged);
    EXPECT_EQ(std::filesystem::file_size(file), 40U);
}

TEST_F(IdentityKeyTest, CannotBeKeptWhereThereIsNoFolder) {
    IdentityKey::load_or_make(folder.path() / "missing", error);
    EXPECT_EQ(error, Error::state_unusable);
}

}  // namespace
}  // namespace gnutella::test
