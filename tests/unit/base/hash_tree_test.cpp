#include "hash_tree.hpp"
#include "block_tree_hasher.hpp"
#include "sample_bytes.hpp"
#include "tiger_hasher.hpp"

#include <gtest/gtest.h>
#include <rhash.h>

#include <string>

namespace gnutella {
namespace {

using test::bytes_of;
using test::sample_bytes;

constexpr std::size_t block = 64 * 1024;

HashTree tree_of(const std::string& content, std::size_t piece) {
    BlockTreeHasher hasher;
    auto bytes = bytes_of(content);
    while (!bytes.empty()) {
        hasher.update(bytes.first(std::min(piece, bytes.size())));
        bytes = bytes.subspan(std::min(piece, bytes.size()));
    }
    return hasher.finish();
}

// librhash's own tree over the whole.
TigerRoot whole_root(const std::string& content) {
    TigerRoot root{};
    rhash_msg(RHASH_TTH, content.data(), content.size(), root.data());
    return root;
}

TigerRoot root_of(std::string_view urn) {
    return Urn::parse(urn).value().tiger().value();
}

TEST(HashTree, HasTheRootOfTheTestVectorsOfThex) {
    EXPECT_EQ(tree_of("", 1).root(), root_of("urn:tree:tiger/:LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ"));
    EXPECT_EQ(tree_of(std::string(1, '\0'), 1).root(),
              root_of("urn:tree:tiger/:VK54ZIEEVTWNAUI5D5RDFIL37LX2IQNSTAXFKSA"));
    EXPECT_EQ(tree_of(std::string(1025, 'A'), 99).root(),
              root_of("urn:tree:tiger/:PZMRYHGY6LTBEH63ZWAHDORHSYTLO4LEFUIKHWY"));
}

TEST(HashTree, HasTheRootOfTheWholeFileAroundEveryEdge) {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{1023}, std::size_t{1024}, std::size_t{1025}, block - 1,
          block,          block + 1,      2 * block - 1,     2 * block,         2 * block + 1,     3 * block,
          3 * block + 1,  5 * block - 1,  5 * block,         6 * block + 1024,  7 * block + 1025,  11 * block,
          16 * block,     17 * block + 1}) {
        const std::string content = sample_bytes(size);
        EXPECT_EQ(tree_of(content, 10'000).root(), whole_root(content)) << size;
    }
}

TEST(HashTree, HasALeafForEachBlock) {
    const std::string content = sample_bytes(5 * block + 1);
    const HashTree tree = tree_of(content, 100'000);
    ASSERT_EQ(tree.leaves().size(), 6U);
    for (std::size_t index = 0; index < 6; ++index) {
        EXPECT_TRUE(tree.matches(index, whole_root(content.substr(index * block, block)))) << index;
        EXPECT_EQ(tiger_root_of(bytes_of(content).subspan(index * block, tree.layout().length(index))),
                  tree.leaves()[index]);
    }
}

TEST(HashTree, MatchesNoOtherBlockAndNoneThatIsNotThere) {
    const std::string content = sample_bytes(3 * block);
    const HashTree tree = tree_of(content, block);
    EXPECT_FALSE(tree.matches(0, tree.leaves()[1]));
    std::string spoilt = content.substr(block, block);
    spoilt.back() ^= 1;
    EXPECT_FALSE(tree.matches(1, whole_root(spoilt)));
    EXPECT_FALSE(tree.matches(3, tree.leaves()[2]));
}

TEST(HashTree, IsTheSameFromPiecesOfAnySize) {
    const std::string content = sample_bytes(2 * block + 77);
    const HashTree whole = tree_of(content, content.size());
    for (const std::size_t piece : {std::size_t{61}, std::size_t{1024}, block - 1, block, block + 1}) {
        EXPECT_EQ(tree_of(content, piece), whole) << piece;
    }
}

TEST(HashTree, IsTheSameFromItsLeaves) {
    const HashTree tree = tree_of(sample_bytes(7 * block + 1), block);
    const auto again = HashTree::from_leaves(tree.size(), {tree.leaves().begin(), tree.leaves().end()});
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, tree);
}

TEST(HashTree, IsTheSameFileWithLargerBlocks) {
    const std::string content = sample_bytes(7 * block + 1);
    const HashTree tree = tree_of(content, block);
    const auto coarser = HashTree::from_leaves(tree.size(), parents_of(tree.leaves()));
    ASSERT_TRUE(coarser);
    EXPECT_EQ(coarser->root(), tree.root());
    EXPECT_EQ(coarser->block_size(), 2 * block);
    EXPECT_TRUE(coarser->matches(3, whole_root(content.substr(6 * block))));
    EXPECT_TRUE(tree.is_finest());
    EXPECT_FALSE(coarser->is_finest());
}

TEST(HashTree, IsNotMadeOfAsManyLeavesAsTheFileHasNoBlocks) {
    EXPECT_FALSE(HashTree::from_leaves(5 * block, std::vector<TigerRoot>(4)));
    EXPECT_FALSE(HashTree::from_leaves(5 * block, std::vector<TigerRoot>(6)));
    EXPECT_FALSE(HashTree::from_leaves(0, {}));
    EXPECT_FALSE(HashTree::from_root(block + 1, TigerRoot{}));
}

TEST(HashTree, OfOneBlockIsItsRoot) {
    const HashTree tree = tree_of(sample_bytes(block), block);
    EXPECT_EQ(HashTree::from_root(block, tree.root()), tree);
    EXPECT_TRUE(tree.matches(0, tree.root()));
}

TEST(HashTree, HasLevelsThatPromoteAnOddNode) {
    const HashTree tree = tree_of(sample_bytes(5 * block), block);
    const auto levels = tree.levels();
    ASSERT_EQ(levels.size(), 4U);
    EXPECT_EQ(levels[0], std::vector{tree.root()});
    EXPECT_EQ(levels[1].size(), 2U);
    EXPECT_EQ(levels[2].size(), 3U);
    EXPECT_EQ(levels[3].size(), 5U);
    EXPECT_EQ(levels[3][4], levels[2][2]);
    EXPECT_EQ(levels[2][2], levels[1][1]);
}

TEST(BlockTreeHasher, BeginsAnewAfterTheEnd) {
    BlockTreeHasher hasher;
    const std::string content = sample_bytes(block + 5);
    hasher.update(bytes_of(content));
    const HashTree first = hasher.finish();
    hasher.update(bytes_of(content));
    EXPECT_EQ(hasher.finish(), first);
}

// One byte over 1 GiB: the blocks that there are become half as many when it comes.
TEST(BlockTreeHasher, DoublesItsBlocksWhenThereAreTooMany) {
    const std::string piece = sample_bytes(1024 * 1024);
    BlockTreeHasher hasher;
    for (int count = 0; count < 1024; ++count) {
        hasher.update(bytes_of(piece));
    }
    hasher.update(bytes_of("x"));
    const HashTree tree = hasher.finish();
    EXPECT_EQ(tree.block_size(), 2 * block);
    ASSERT_EQ(tree.leaves().size(), 8'193U);
    for (std::size_t index = 0; index < 8'192; ++index) {
        ASSERT_EQ(tree.leaves()[index], tree.leaves()[index % 8]) << index;
    }
    EXPECT_TRUE(tree.matches(0, whole_root(piece.substr(0, 2 * block))));
    EXPECT_TRUE(tree.matches(8'192, whole_root("x")));
}

}  // namespace
}  // namespace gnutella
