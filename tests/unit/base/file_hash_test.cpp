#include <gnutella/file_hash.hpp>

#include "file_hashing.hpp"
#include "temporary_folder.hpp"

#include <boost/asio/error.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

namespace gnutella {
namespace {

FileDescriptor open_file(const std::filesystem::path& path) {
    return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

class FileHash : public ::testing::Test {
  protected:
    error_code error_ = Error::stopped;  // whatever was there must be overwritten
    test::TemporaryFolder folder_;
};

TEST_F(FileHash, IsOfTheWholeContent) {
    const auto path = folder_.write("abc", "abc");
    EXPECT_EQ(hash_file(path, error_).sha1_string(), "urn:sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5");
    EXPECT_FALSE(error_);
}

TEST_F(FileHash, KnowsTheEmptyFile) {
    EXPECT_EQ(hash_file(folder_.write("empty", ""), error_).sha1_string(), "urn:sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
    EXPECT_FALSE(error_);
}

TEST_F(FileHash, IsTheSameHoweverManyPiecesAFileIsReadIn) {
    constexpr std::size_t mebibyte = 1024 * 1024;
    for (const std::size_t size : {mebibyte - 1, mebibyte, mebibyte + 1, 2 * mebibyte, 3 * mebibyte + 7}) {
        const std::string content(size, 'x');
        ContentHasher hasher;
        hasher.update(std::as_bytes(std::span(content)));
        EXPECT_EQ(hash_file(folder_.write("large", content), error_), hasher.finish()) << size;
        EXPECT_FALSE(error_);
    }
}

TEST_F(FileHash, FollowsALink) {
    folder_.write("abc", "abc");
    std::filesystem::create_symlink("abc", folder_.path() / "link");
    EXPECT_EQ(hash_file(folder_.path() / "link", error_).sha1_string(), "urn:sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5");
}

TEST_F(FileHash, FailsForWhatIsNoRegularFile) {
    ASSERT_EQ(::mkfifo((folder_.path() / "fifo").c_str(), 0600), 0);
    for (const std::filesystem::path& path :
         {folder_.path() / "missing", folder_.path(), folder_.path() / "fifo", std::filesystem::path("/dev/null")}) {
        hash_file(path, error_);
        EXPECT_EQ(error_, Error::file_unreadable) << path;
    }
}

TEST_F(FileHash, EndsWhenItIsToldTo) {
    const auto path = folder_.write("sparse", "");
    std::filesystem::resize_file(path, 50ULL << 30);
    std::stop_source stop;
    stop.request_stop();
    hash_file(path, stop.get_token(), error_);
    EXPECT_EQ(error_, boost::asio::error::operation_aborted);
}

TEST_F(FileHash, VerifiesAFileByEveryHashOfItsUrn) {
    const auto path = folder_.write("abc", "abc");
    const Urn urn = hash_file(path, error_);
    TigerRoot other = *urn.tiger();
    other[0] ^= 1;
    EXPECT_EQ(verify_file(path, urn), error_code());
    EXPECT_EQ(verify_file(path, Urn(*urn.sha1())), error_code());
    EXPECT_EQ(verify_file(path, Urn(*urn.tiger())), error_code());
    EXPECT_EQ(verify_file(path, Urn(other)), Error::file_differs);
    EXPECT_EQ(verify_file(path, Urn(*urn.sha1(), other)), Error::file_differs);
    EXPECT_EQ(verify_file(path, Urn(Sha1{}, *urn.tiger())), Error::file_differs);
    EXPECT_EQ(verify_file(folder_.path() / "missing", urn), Error::file_unreadable);
}

TEST_F(FileHash, TellsHowFarAVerificationIsAndEndsItWhenToldTo) {
    const auto path = folder_.write("large", std::string(3'000'000, 'x'));
    const Urn urn = hash_file(path, error_);
    std::uint64_t last = 0;
    EXPECT_EQ(verify_file(path, urn, {},
                          [&](std::uint64_t done, std::uint64_t size) {
                              EXPECT_GE(done, last);
                              EXPECT_EQ(size, 3'000'000U);
                              last = done;
                          }),
              error_code());
    EXPECT_EQ(last, 3'000'000U);
    std::stop_source stop;
    EXPECT_EQ(verify_file(path, urn, stop.get_token(), [&](std::uint64_t, std::uint64_t) { stop.request_stop(); }),
              boost::asio::error::operation_aborted);
}

TEST_F(FileHash, FailsWhenTheFileGrows) {
    const auto path = folder_.write("file", std::string(3 << 20, 'a'));
    auto hashing = FileHashing::begin(open_file(path), error_);
    ASSERT_TRUE(hashing);
    EXPECT_FALSE(hashing->advance(error_));
    EXPECT_FALSE(error_);
    EXPECT_EQ(hashing->left(), 2U << 20);
    folder_.write("file", std::string((3 << 20) + 1, 'a'));
    while (!error_) {
        ASSERT_FALSE(hashing->advance(error_));
    }
    EXPECT_EQ(error_, Error::file_changed);
}

TEST_F(FileHash, FailsWhenTheFileIsCut) {
    const auto path = folder_.write("file", std::string(3 << 20, 'a'));
    auto hashing = FileHashing::begin(open_file(path), error_);
    hashing->advance(error_);
    std::filesystem::resize_file(path, 1 << 20);
    while (!error_) {
        ASSERT_FALSE(hashing->advance(error_));
    }
    EXPECT_EQ(error_, Error::file_changed);
}

TEST_F(FileHash, FailsWhenTheFileIsWrittenInPlace) {
    const auto path = folder_.write("file", std::string(2 << 20, 'a'));
    auto hashing = FileHashing::begin(open_file(path), error_);
    hashing->advance(error_);
    std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).put('b');
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
    while (!error_) {
        ASSERT_FALSE(hashing->advance(error_));
    }
    EXPECT_EQ(error_, Error::file_changed);
}

}  // namespace
}  // namespace gnutella
