#include "share/open_shared.hpp"

#include "file_descriptor.hpp"
#include "file_stamp.hpp"
#include "share/open_canonical.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace gnutella::share {
namespace {

class OpenShared : public ::testing::Test {
  protected:
    OpenShared() {
        const auto path = folder_.write("sub/file", "content");
        struct stat status {};
        ::stat(path.c_str(), &status);
        file_ = {"file", path, 7, FileStamp::of(status).modified, Urn(Sha1{})};
    }

    bool opens() { return static_cast<bool>(FileDescriptor(open_shared(file_, error_))); }

    gnutella::test::TemporaryFolder folder_;
    SharedFile file_;
    error_code error_ = Error::stopped;
};

TEST_F(OpenShared, OpensWhatWasHashed) {
    const FileDescriptor opened(open_shared(file_, error_));
    ASSERT_TRUE(opened);
    EXPECT_FALSE(error_);
    char buffer[8] = {};
    EXPECT_EQ(::read(opened.get(), buffer, sizeof buffer), 7);
    EXPECT_STREQ(buffer, "content");
}

TEST_F(OpenShared, RefusesAFileThatHasChanged) {
    file_.size = 8;
    EXPECT_FALSE(opens());
    EXPECT_EQ(error_, Error::file_changed);
    file_.size = 7;
    file_.modified += 1;
    EXPECT_FALSE(opens());
    EXPECT_EQ(error_, Error::file_changed);
}

TEST_F(OpenShared, RefusesAFileThatIsGone) {
    std::filesystem::remove(file_.path);
    EXPECT_FALSE(opens());
    EXPECT_EQ(error_, Error::file_unreadable);
}

TEST_F(OpenShared, RefusesAFolderAndAFifoInItsPlace) {
    std::filesystem::remove(file_.path);
    std::filesystem::create_directory(file_.path);
    EXPECT_FALSE(opens());
    EXPECT_EQ(error_, Error::file_changed);
    std::filesystem::remove(file_.path);
    ASSERT_EQ(::mkfifo(file_.path.c_str(), 0600), 0);
    EXPECT_FALSE(opens());
    EXPECT_EQ(error_, Error::file_changed);
}

TEST_F(OpenShared, RefusesALinkInItsPlaceEvenToTheSameFile) {
    const auto elsewhere = folder_.path() / "elsewhere";
    std::filesystem::rename(file_.path, elsewhere);
    std::filesystem::create_symlink(elsewhere, file_.path);
    EXPECT_FALSE(opens());
    EXPECT_EQ(error_, Error::file_unreadable);
}

TEST_F(OpenShared, RefusesALinkInPlaceOfAFolderOnTheWay) {
    std::filesystem::rename(folder_.path() / "sub", folder_.path() / "moved");
    std::filesystem::create_directory_symlink("moved", folder_.path() / "sub");
    EXPECT_FALSE(opens());
    EXPECT_EQ(error_, Error::file_unreadable);
}

TEST_F(OpenShared, TheSameHoldsWithoutOpenat2) {
    EXPECT_TRUE(open_canonical_without_openat2(file_.path, 0));
    EXPECT_TRUE(open_canonical_without_openat2(folder_.path(), O_DIRECTORY));
    EXPECT_FALSE(open_canonical_without_openat2(folder_.path() / "missing", 0));
    std::filesystem::create_symlink("file", folder_.path() / "sub" / "link");
    EXPECT_FALSE(open_canonical_without_openat2(folder_.path() / "sub" / "link", 0));
    std::filesystem::create_directory_symlink("sub", folder_.path() / "way");
    EXPECT_FALSE(open_canonical_without_openat2(folder_.path() / "way" / "file", 0));
    EXPECT_EQ(errno, ELOOP);
}

}  // namespace
}  // namespace gnutella::share
