#include "transfer/prefix_hasher.hpp"

#include "content_hasher.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gnutella::transfer {
namespace {

struct PrefixHasherTest : testing::Test {
    static std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

    static Urn urn_of(const std::string& text) {
        ContentHasher hasher;
        hasher.update(bytes_of(text));
        return hasher.finish();
    }

    const test::TemporaryFolder folder;
    const std::string content = std::string(1'000'000, 'x') + std::string(1'000'000, 'y');
    const Urn urn = urn_of(content);
    error_code error;
    PartFile part = *PartFile::open(folder.path(), "a", urn, error);
};

TEST_F(PrefixHasherTest, HashesWhatIsThereInTurns) {
    part.write(bytes_of(content), 0, error);
    PrefixHasher hasher;
    int turns = 0;
    for (; hasher.hashed() < content.size(); ++turns) {
        hasher.advance(part, content.size(), 600'000, error);
        ASSERT_FALSE(error);
    }
    EXPECT_EQ(turns, 4);
    EXPECT_EQ(hasher.finish(), urn);
    EXPECT_EQ(hasher.hashed(), 0) << "begins anew";
}

TEST_F(PrefixHasherTest, GoesNoFurtherThanItIsTold) {
    part.write(bytes_of(content), 0, error);
    PrefixHasher hasher;
    hasher.advance(part, 700'000, 1'000'000, error);
    EXPECT_EQ(hasher.hashed(), 700'000);
    hasher.advance(part, content.size(), 10'000'000, error);
    EXPECT_EQ(hasher.finish(), urn);
}

TEST_F(PrefixHasherTest, TakesBytesFromMemoryToo) {
    part.write(bytes_of(content.substr(0, 5)), 0, error);
    PrefixHasher hasher;
    hasher.advance(part, 5, 5, error);
    hasher.advance(bytes_of(content.substr(5)));
    EXPECT_EQ(hasher.finish(), urn);
}

TEST_F(PrefixHasherTest, NeedsTheSha1AloneWhereTheTreeIsKnown) {
    part.write(bytes_of(content), 0, error);
    PrefixHasher hasher(*urn.tiger());
    hasher.advance(part, content.size(), content.size(), error);
    EXPECT_EQ(hasher.finish(), urn);
}

TEST_F(PrefixHasherTest, SaysThatThePartIsShorterThanItWas) {
    part.write(bytes_of("short"), 0, error);
    PrefixHasher hasher;
    hasher.advance(part, 100, 100, error);
    EXPECT_EQ(error, Error::disk);
}

}  // namespace
}  // namespace gnutella::transfer
