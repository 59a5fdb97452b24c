#include "transfer/thex.hpp"
#include "block_tree_hasher.hpp"
#include "sample_bytes.hpp"
#include "transfer/dime.hpp"
#include "transfer/thex_description.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace gnutella::transfer {
namespace {

using test::bytes_of;
using test::sample_bytes;

constexpr std::size_t tree_block = 64 * 1024;

HashTree tree_of(const std::string& content) {
    BlockTreeHasher hasher;
    hasher.update(bytes_of(content));
    return hasher.finish();
}

std::variant<HashTree, ThexFault> tree_in(const std::string& message, const HashTree& expected) {
    return read_thex(bytes_of(message), expected.size(), expected.root());
}

std::string message_of(const std::string& xml, const std::string& id, const std::string& nodes) {
    const std::array records{DimeRecord{DimeTypeFormat::media_type, "text/xml", "", xml},
                             DimeRecord{DimeTypeFormat::uri, std::string(breadth_first_tree), id, nodes}};
    return write_dime(records);
}

// The nodes of a full tree down to leaves of that size, breadth first.
std::string nodes_of(const std::string& content, std::size_t leaf_size) {
    std::vector<std::vector<TigerRoot>> levels(1);
    for (std::size_t at = 0; at < content.size(); at += leaf_size) {
        levels[0].push_back(tiger_root_of(bytes_of(content).subspan(at, std::min(leaf_size, content.size() - at))));
    }
    while (levels.back().size() > 1) {
        levels.push_back(parents_of(levels.back()));
    }
    std::string nodes;
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
        nodes.append(reinterpret_cast<const char*>(level->data()), level->size() * sizeof(TigerRoot));
    }
    return nodes;
}

TEST(Thex, ReadsTheTreesThatItWrites) {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, tree_block, tree_block + 1, 3 * tree_block, 7 * tree_block + 5}) {
        const HashTree tree = tree_of(sample_bytes(size));
        const auto result = tree_in(write_thex(tree), tree);
        ASSERT_TRUE(std::holds_alternative<HashTree>(result)) << size;
        EXPECT_EQ(std::get<HashTree>(result), tree) << size;
    }
}

TEST(Thex, IsWrittenAsADescriptionAndTheNodesFromTheRootDown) {
    const HashTree tree = tree_of(sample_bytes(3 * tree_block));
    const auto records = read_dime(bytes_of(write_thex(tree)), 2).value();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].type, "text/xml");
    EXPECT_EQ(records[1].type, "http://open-content.net/spec/thex/breadthfirst");
    EXPECT_EQ(records[1].data.size(), (1 + 2 + 3) * sizeof(TigerRoot));
    EXPECT_EQ(records[1].data, nodes_of(sample_bytes(3 * tree_block), tree_block));
    const ThexDescription description = read_thex_description(records[0].data);
    EXPECT_EQ(description.size, 3 * tree_block);
    EXPECT_EQ(description.segment_size, 1024U);
    EXPECT_EQ(description.depth, 2U);
    EXPECT_EQ(description.algorithm, "http://open-content.net/spec/digest/tiger");
    EXPECT_EQ(description.tree_type, records[1].type);
    EXPECT_EQ(description.uri, records[1].id);
}

TEST(Thex, ReadsADeeperTreeDownToItsBlocks) {
    const std::string content = sample_bytes(5 * tree_block + 3);
    const HashTree tree = tree_of(content);
    for (const std::size_t leaf_size : {tree_block / 2, tree_block / 4, std::size_t{1024}}) {
        const auto result = tree_in(message_of("", "", nodes_of(content, leaf_size)), tree);
        ASSERT_TRUE(std::holds_alternative<HashTree>(result)) << leaf_size;
        EXPECT_EQ(std::get<HashTree>(result), tree) << leaf_size;
    }
}

TEST(Thex, ReadsAShallowerTreeAsFarAsItReaches) {
    const std::string content = sample_bytes(13 * tree_block + 3);
    const HashTree whole = tree_of(content);
    for (const std::size_t leaf_size : {2 * tree_block, 4 * tree_block, 16 * tree_block}) {
        const auto result = tree_in(message_of("", "", nodes_of(content, leaf_size)), whole);
        ASSERT_TRUE(std::holds_alternative<HashTree>(result)) << leaf_size;
        const HashTree& tree = std::get<HashTree>(result);
        EXPECT_EQ(tree.root(), whole.root()) << leaf_size;
        EXPECT_EQ(tree.block_size(), leaf_size);
        EXPECT_TRUE(tree.matches(0, tiger_root_of(bytes_of(content).first(std::min(leaf_size, content.size())))))
            << leaf_size;
        EXPECT_EQ(std::get<HashTree>(tree_in(write_thex(tree), whole)), tree) << "it is passed on as it is";
    }
}

TEST(Thex, RefusesATreeWhoseBlocksAreTooLarge) {
    const std::string content = sample_bytes(33 * tree_block);
    const HashTree tree = tree_of(content);
    EXPECT_TRUE(
        std::holds_alternative<HashTree>(tree_in(message_of("", "", nodes_of(content, 16 * tree_block)), tree)));
    EXPECT_EQ(std::get<ThexFault>(tree_in(message_of("", "", nodes_of(content, 32 * tree_block)), tree)),
              ThexFault::too_shallow);
}

TEST(Thex, RefusesAShallowerTreeInWhichALeafIsForged) {
    const std::string content = sample_bytes(5 * tree_block);
    std::string nodes = nodes_of(content, 2 * tree_block);
    nodes.back() ^= 1;
    EXPECT_EQ(std::get<ThexFault>(tree_in(message_of("", "", nodes), tree_of(content))), ThexFault::wrong_root);
}

TEST(Thex, RefusesATreeWithAnotherRoot) {
    const HashTree tree = tree_of(sample_bytes(5 * tree_block));
    EXPECT_EQ(std::get<ThexFault>(tree_in(write_thex(tree_of(std::string(5 * tree_block, 'x'))), tree)),
              ThexFault::wrong_root);
    EXPECT_EQ(std::get<ThexFault>(tree_in(message_of("", "", std::string(sizeof(TigerRoot), 'x')), tree)),
              ThexFault::wrong_root);
}

TEST(Thex, RefusesATreeInWhichALeafIsForged) {
    const std::string content = sample_bytes(5 * tree_block);
    std::string nodes = nodes_of(content, tree_block);
    nodes.back() ^= 1;
    EXPECT_EQ(std::get<ThexFault>(tree_in(message_of("", "", nodes), tree_of(content))), ThexFault::wrong_root);
}

TEST(Thex, RefusesTheTreeOfAFileOfAnotherSize) {
    const std::string content = sample_bytes(3 * tree_block);
    const std::string xml = write_thex_description(3 * tree_block - 1, 2, "");
    EXPECT_EQ(std::get<ThexFault>(tree_in(message_of(xml, "", nodes_of(content, tree_block)), tree_of(content))),
              ThexFault::other_file);
}

TEST(Thex, DoesNotNeedADescriptionThatIsWhole) {  // GnucDNA's is cut short
    const std::string content = sample_bytes(3 * tree_block);
    const std::string xml = write_thex_description(3 * tree_block, 2, "uuid:a");
    for (std::size_t size = 0; size <= xml.size(); size += 7) {
        const auto result =
            tree_in(message_of(xml.substr(0, size), "uuid:a", nodes_of(content, tree_block)), tree_of(content));
        EXPECT_TRUE(std::holds_alternative<HashTree>(result)) << size;
    }
}

TEST(Thex, FindsTheTreeUnderAnotherIdThanItsDescriptionSays) {  // BearShare writes a quote before it
    const std::string content = sample_bytes(3 * tree_block);
    const std::string xml = write_thex_description(3 * tree_block, 2, "uuid:a");
    const auto result = tree_in(message_of(xml, "\"uuid:a", nodes_of(content, tree_block)), tree_of(content));
    EXPECT_TRUE(std::holds_alternative<HashTree>(result));
}

TEST(Thex, TakesTheTreeThatTheDescriptionMeans) {
    const std::string content = sample_bytes(3 * tree_block);
    const std::array records{
        DimeRecord{DimeTypeFormat::uri, std::string(breadth_first_tree), "uuid:b", std::string(144, 'x')},
        DimeRecord{DimeTypeFormat::media_type, "Text/XML", "", write_thex_description(3 * tree_block, 2, "uuid:a")},
        DimeRecord{DimeTypeFormat::uri, std::string(breadth_first_tree), "uuid:a", nodes_of(content, tree_block)}};
    EXPECT_TRUE(std::holds_alternative<HashTree>(tree_in(write_dime(records), tree_of(content))));
}

TEST(Thex, RefusesWhatHasNoTree) {
    const HashTree tree = tree_of(sample_bytes(tree_block));
    EXPECT_EQ(std::get<ThexFault>(tree_in("", tree)), ThexFault::malformed);
    EXPECT_EQ(std::get<ThexFault>(tree_in("<html>", tree)), ThexFault::malformed);
    EXPECT_EQ(std::get<ThexFault>(tree_in(message_of("", "", ""), tree)), ThexFault::malformed);
    const std::array records{DimeRecord{DimeTypeFormat::uri, "another", "", std::string(24, 'x')}};
    EXPECT_EQ(std::get<ThexFault>(tree_in(write_dime(records), tree)), ThexFault::malformed);
}

TEST(Thex, BoundsAnAnswerByTheSizeOfTheFile) {
    EXPECT_LT(max_thex_size(0), 100'000U);
    const std::uint64_t gib = std::uint64_t{1} << 30;
    EXPECT_GT(max_thex_size(gib), 2 * 16'384 * sizeof(TigerRoot));
    EXPECT_LT(max_thex_size(~std::uint64_t{0}), 4U << 20);
}

TEST(ThexDescription, IsReadWithBothKindsOfQuotesAndAnySpace) {
    const auto description = read_thex_description(
        "<hashtree><fileset size=\"1\"/><file\n segmentsize='1024'\tsize = \"77\" ><digest algorithm=\"tiger\"/>"
        "<serializedtree mydepth=\"2\" depth='3' uri=\"a\"");
    EXPECT_EQ(description.size, 77U);
    EXPECT_EQ(description.segment_size, 1024U);
    EXPECT_EQ(description.depth, 3U);
    EXPECT_EQ(description.algorithm, "tiger");
    EXPECT_EQ(description.uri, "a");
}

TEST(ThexDescription, LeavesOutWhatIsNoNumber) {
    for (const char* size : {"", "-1", "1x", "99999999999999999999999"}) {
        EXPECT_FALSE(read_thex_description("<file size=\"" + std::string(size) + "\"/>").size) << size;
    }
}

}  // namespace
}  // namespace gnutella::transfer
