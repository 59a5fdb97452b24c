#include "swarm_source.hpp"

#include <gmock/gmock.h>

// How long a file is, is what its sources say, until its tree or its hash shows who was right.

namespace gnutella::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Habits = SwarmSource::Habits;

std::string of_size(std::string content, std::size_t size) {
    content.resize(size, 'x');
    return content;
}

struct SizeTest : testing::Test {
    static Settings impatient() {
        Settings settings = quick_settings();
        settings.source_retry_interval = std::chrono::milliseconds(5);
        settings.transfer_timeout = std::chrono::milliseconds(500);
        settings.source_retries = 3;
        return settings;
    }

    void expect_whole() const {
        EXPECT_THAT(downloads.names(), ElementsAre("swarm.bin"));
        EXPECT_TRUE(downloads.folder().read("swarm.bin") == content) << "byte by byte";
    }

    // What a liar tells of the content: its hashes, and a tree that goes with its lie where there can be one.
    HashedContent told(const std::string& lie) const {
        const auto leaves = hashed.tree.leaves();
        auto tree = HashTree::from_leaves(lie.size(), {leaves.begin(), leaves.end()});
        return {hashed.urn, tree ? std::move(*tree) : hashed.tree};
    }

    static Hit without_tree(Hit hit) {
        hit.urn = Urn(*hit.urn->sha1());
        return hit;
    }

    Threads threads;
    TestDownloads downloads{threads, impatient()};
    const std::string content = content_of(3 * megabyte);
    const HashedContent hashed = SwarmSource::hash(content);
};

struct LieAboutSize : SizeTest, testing::WithParamInterface<std::int64_t> {
    std::string lie() const { return of_size(content, content.size() + static_cast<std::size_t>(GetParam())); }
};

TEST_P(LieAboutSize, KeepsNoHonestSourceFromBeingAsked) {
    const std::string other = lie();
    SwarmSource liar(other, {}, told(other));
    SwarmSource honest(content, {});
    downloads.fetch({liar.hit(), honest.hit()});
    expect_whole();
}

TEST_P(LieAboutSize, OfMostKeepsNoHonestSourceFromBeingAsked) {
    const std::string other = lie();
    SwarmSource liar(other, {}, told(other));
    SwarmSource accomplice(other, {}, told(other));
    SwarmSource honest(content, {});
    downloads.fetch({liar.hit(), accomplice.hit(), honest.hit()});
    expect_whole();
}

TEST_P(LieAboutSize, InTheNameOfAnotherIsCorrectedByHim) {
    SwarmSource honest(content, {});
    Hit forged = honest.hit();
    forged.size = lie().size();
    downloads.fetch({forged});
    expect_whole();
}

TEST_P(LieAboutSize, OfAFileWithoutTreeKeepsNoHonestSourceFromBeingAsked) {
    const std::string other = lie();
    Habits vanishing;
    vanishing.vanishes_after = (content.size() + other.size()) / 2;
    SwarmSource liar(other, vanishing, told(other));
    SwarmSource honest(content, {});
    downloads.fetch({without_tree(liar.hit()), without_tree(honest.hit())});
    expect_whole();
}

INSTANTIATE_TEST_SUITE_P(By, LieAboutSize, testing::Values(-1, 1, 65'536, 100'000, 3 * 1'000'000, -2'990'000),
                         [](const auto& each) {
                             return (each.param < 0 ? "Less" : "More") + std::to_string(std::abs(each.param));
                         });

TEST_F(SizeTest, IsNotWaitedForWhereOthersSayThatItIsAnother) {
    const auto busy = [](Tcp::socket& socket, const std::string&) {
        ScriptedSource::send(socket,
                             "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 300\r\n\r\n");
    };
    ScriptedSource one(busy);
    ScriptedSource other(busy);
    SwarmSource honest(content, {});
    downloads.fetch(
        {one.hit_for(content.size() - 1, hashed.urn), other.hit_for(content.size() - 1, hashed.urn), honest.hit()});
    EXPECT_TRUE(downloads.folder().read("scripted.bin") == content);
}

TEST_F(SizeTest, IsNotBelievedForLongWithoutProof) {
    const std::string shorter = of_size(content, content.size() - 1);
    Habits trickling;
    trickling.rate = 60'000;
    SwarmSource liar(shorter, trickling, told(shorter));
    SwarmSource accomplice(shorter, trickling, told(shorter));
    SwarmSource honest(content, {});
    const DownloadedFile file = downloads.fetch({liar.hit(), accomplice.hit(), honest.hit()});
    expect_whole();
    EXPECT_LT(file.seconds.count(), 15) << "the liars would need more than twenty";
}

TEST_F(SizeTest, IsNotProvenByALevelOfTheTreeThatIsNotThatOfTheBlocks) {
    // 45 blocks, the last of which has no neighbour on its level: it is a node of the level above, too.
    const std::string odd = content_of(44 * BlockLayout::min_block_size + 1'000);
    const HashedContent real = SwarmSource::hash(odd);
    std::string half = odd.substr(0, 22 * BlockLayout::min_block_size) + odd.substr(44 * BlockLayout::min_block_size);
    const auto above = HashTree::from_leaves(half.size(), parents_of(real.tree.leaves()));
    ASSERT_TRUE(above && above->root() == real.tree.root()) << "a tree of the same root for a file of half the size";
    Habits slow;
    slow.rate = 400'000;
    SwarmSource liar(half, slow, {real.urn, *above});
    SwarmSource accomplice(half, slow, {real.urn, *above});
    SwarmSource honest(odd, {});
    downloads.fetch({liar.hit(), accomplice.hit(), honest.hit()});
    EXPECT_TRUE(downloads.folder().read("swarm.bin") == odd);
}

TEST_F(SizeTest, ThatALiarTellsAloneGivesNothing) {
    const std::string shorter = of_size(content, content.size() - 1);
    SwarmSource liar(shorter, {}, told(shorter));
    TestDownloads patient(threads);  // the last error counts, and it must not be that of a pause
    EXPECT_EQ(patient.error_of_fetching({liar.hit()}), Error::source_lied);
    EXPECT_THAT(patient.folder().read("swarm.bin"), IsEmpty());
}

TEST_F(SizeTest, IsProvenByTheLastBlockAndStaysSo) {
    Settings patient = impatient();
    patient.transfer_timeout = std::chrono::seconds(10);
    TestDownloads one(threads, patient);
    const std::string longer = of_size(content, content.size() + 1);
    Habits slow;
    slow.rate = megabyte;
    SwarmSource honest(content, slow);
    SwarmSource liar(longer, {}, told(longer));
    Download download = one.start({honest.hit(), honest.hit()});
    one.events().wait_for<DownloadProgress>(
        [](const DownloadProgress& progress) { return progress.verified > megabyte; });
    download.add_source(liar.hit());
    const DownloadedFile file = one.fetch(download);
    EXPECT_TRUE(one.folder().read("swarm.bin") == content);
    EXPECT_THAT(file.sources, ElementsAre(honest.hit().source));
    EXPECT_LT(honest.sent(), content.size() * 11 / 10);
    EXPECT_EQ(one.failure_of(liar.hit()).error, Error::size_mismatch);
}

}  // namespace
}  // namespace gnutella::test
