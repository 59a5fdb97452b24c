#include "transfer/block_writer.hpp"
#include "sample_bytes.hpp"

#include "content_hasher.hpp"
#include "temporary_folder.hpp"
#include "transfer/existing_blocks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace gnutella::transfer {
namespace {

using test::bytes_of;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t block_size = BlockLayout::min_block_size;

HashedContent hash(const std::string& content) {
    ContentHasher hasher;
    hasher.update(bytes_of(content));
    return hasher.finish_with_tree();
}

// As a disk that has room for so many bytes more.
class SmallDisk final : public FileWriter {
  public:
    explicit SmallDisk(std::size_t room) : room_(room) {}

    ssize_t write(int descriptor, std::span<const std::byte> bytes, std::uint64_t offset) override {
        if (bytes.size() > room_) {
            errno = ENOSPC;
            return -1;
        }
        room_ -= bytes.size();
        return system().write(descriptor, bytes, offset);
    }
    int sync(int descriptor) override { return system().sync(descriptor); }

  private:
    std::size_t room_;
};

struct BlockWriterTest : testing::Test {
    static std::string make_content() {
        std::string made(4 * block_size + 100, '\0');
        for (std::size_t at = 0; at < made.size(); ++at) {
            made[at] = static_cast<char>(at % 251);
        }
        return made;
    }

    std::string read(std::size_t offset, std::size_t length) {
        std::string text(length, '\0');
        const std::size_t got = part.read(std::as_writable_bytes(std::span(text)), offset, error);
        text.resize(got);
        return text;
    }

    const test::TemporaryFolder folder;
    const std::string content = make_content();
    const HashedContent hashed = hash(content);
    error_code error;
    PartFile part = *PartFile::open(folder.path(), "a", hashed.urn, error);
    BlockWriter writer{part, hashed.tree};
};

TEST_F(BlockWriterTest, WritesBlocksThatAreRightHoweverTheyAreCut) {
    for (const std::size_t piece : {std::size_t{1000}, block_size, 2 * block_size, 5 * block_size}) {
        part.cut(0, error);
        writer.begin(1);
        std::size_t verified = 0;
        const std::string rest = content.substr(block_size);
        for (std::size_t at = 0; at < rest.size(); at += piece) {
            const std::string bytes = rest.substr(at, piece);
            const auto outcome = writer.take(bytes_of(bytes));
            ASSERT_FALSE(outcome.error);
            verified += outcome.verified;
        }
        EXPECT_EQ(verified, 4);
        EXPECT_EQ(writer.block(), 5);
        EXPECT_EQ(read(block_size, rest.size()), rest);
    }
}

TEST_F(BlockWriterTest, WritesNothingOfAWholeBlockThatIsWrong) {
    std::string bad = content;
    bad[block_size + 5] ^= 1;
    writer.begin(0);
    const auto outcome = writer.take(bytes_of(bad));
    EXPECT_EQ(outcome.error, Error::source_lied);
    EXPECT_EQ(outcome.verified, 1) << "the one before it";
    EXPECT_EQ(part.length(), block_size);
    writer.begin(1);
    EXPECT_EQ(writer.take(bytes_of(content.substr(block_size, block_size))).verified, 1);
}

TEST_F(BlockWriterTest, DoesNotCountABlockInPiecesThatIsWrong) {
    writer.begin(0);
    EXPECT_EQ(writer.take(bytes_of(content.substr(0, 100))).verified, 0);
    const auto outcome = writer.take(bytes_of(std::string(block_size - 100, 'x')));
    EXPECT_EQ(outcome.error, Error::source_lied);
    EXPECT_EQ(outcome.verified, 0);
}

TEST_F(BlockWriterTest, ForgetsHalfABlockWhenItBeginsAnother) {
    writer.begin(0);
    writer.take(bytes_of(content.substr(0, 1000)));
    writer.begin(2);
    EXPECT_EQ(writer.take(bytes_of(content.substr(2 * block_size, block_size))).verified, 1);
}

TEST_F(BlockWriterTest, SaysThatTheDiskIsFullAndWhatWasWrittenBefore) {
    SmallDisk disk(2 * block_size + 10);
    part.close();
    part = *PartFile::open(folder.path(), "a", hashed.urn, error, disk);
    writer.begin(0);
    const auto outcome = writer.take(bytes_of(content));
    EXPECT_EQ(outcome.error, Error::disk_full);
    EXPECT_EQ(outcome.verified, 2);
}

struct ExistingBlocksTest : BlockWriterTest {
    std::vector<std::size_t> check(std::uint64_t most = 1'000'000) {
        ExistingBlocks existing(part, hashed.tree);
        std::vector<std::size_t> right;
        while (!existing.is_done() && !error) {
            const auto some = existing.check(most, error);
            right.insert(right.end(), some.begin(), some.end());
        }
        EXPECT_FALSE(error);
        return right;
    }
};

TEST_F(ExistingBlocksTest, AreNoneInAnEmptyPart) {
    EXPECT_THAT(check(), IsEmpty());
}

TEST_F(ExistingBlocksTest, AreThoseThatAreRight) {
    part.write(bytes_of(content.substr(block_size, block_size)), block_size, error);
    part.write(bytes_of(std::string(block_size, 'x')), 2 * block_size, error);
    part.write(bytes_of(content.substr(3 * block_size, 500)), 3 * block_size, error);
    part.write(bytes_of(content.substr(4 * block_size)), 4 * block_size, error);
    EXPECT_THAT(check(), ElementsAre(1, 4));
    EXPECT_THAT(check(1), ElementsAre(1, 4)) << "a block at a time";
}

TEST_F(ExistingBlocksTest, AreNotLookedForBehindTheEnd) {
    part.write(bytes_of(content + std::string(10 * block_size, 'x')), 0, error);
    EXPECT_THAT(check(), ElementsAre(0, 1, 2, 3, 4));
}

}  // namespace
}  // namespace gnutella::transfer
