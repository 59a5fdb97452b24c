#include "swarm_source.hpp"

#include <gmock/gmock.h>

// Trees that end above our blocks, as those of gtk-gnutella do: blocks of 256 KiB and more, and what these are good
// for.

namespace gnutella::test {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;
using Habits = SwarmSource::Habits;

constexpr std::size_t large_block = 256 * 1024;

struct CoarseTreeTest : testing::Test {
    static Settings unforgiving() {
        Settings settings = quick_settings();
        settings.source_retries = 0;
        return settings;
    }

    // As gtk-gnutella: pieces of the file that end within blocks too.
    static Habits habits(std::size_t rate = 0) {
        Habits habits;
        habits.rate = rate;
        habits.tree_ends_above = 2;
        habits.most_at_once = 300'000;
        return habits;
    }

    void expect_whole() const {
        EXPECT_THAT(downloads.names(), ElementsAre("swarm.bin"));
        EXPECT_TRUE(downloads.folder().read("swarm.bin") == content) << "byte by byte";
    }

    Threads threads;
    TestDownloads downloads{threads, unforgiving()};
    const std::string content = content_of(8 * megabyte);
};

TEST_F(CoarseTreeTest, LetsSeveralSourcesShareTheWork) {
    SwarmSource one(content, habits(2 * megabyte));
    SwarmSource other(content, habits(2 * megabyte));
    const DownloadedFile file = downloads.fetch({one.hit(), other.hit()});
    expect_whole();
    EXPECT_THAT(file.sources, UnorderedElementsAre(one.hit().source, other.hit().source));
    EXPECT_GT(one.sent(), content.size() / 4);
    EXPECT_GT(other.sent(), content.size() / 4);
}

TEST_F(CoarseTreeTest, ShowsWhoLiesBeforeTheEnd) {
    Habits lying = habits();
    lying.lies = true;
    SwarmSource liar(content, lying);
    SwarmSource honest(content, habits());
    const DownloadedFile file = downloads.fetch({liar.hit(), honest.hit()});
    expect_whole();
    EXPECT_THAT(file.sources, ElementsAre(honest.hit().source));
    EXPECT_EQ(downloads.failure_of(liar.hit()).error, Error::source_lied);
    EXPECT_LE(liar.sent(), 2 * megabyte) << "no more than it was asked for at first";
}

TEST_F(CoarseTreeTest, KeepsEachVerifiedBlockOfASourceThatIsGone) {
    Habits vanishing = habits();
    vanishing.vanishes_after = 4 * megabyte;
    SwarmSource first(content, vanishing);
    EXPECT_NE(downloads.error_of_fetching({first.hit()}), error_code());
    SwarmSource second(content, habits());
    const DownloadedFile file = downloads.fetch({second.hit()});
    expect_whole();
    EXPECT_GE(file.resumed + large_block, first.sent());
    EXPECT_EQ(second.sent(), content.size() - file.resumed) << "nothing verified is asked for again";
}

TEST_F(CoarseTreeTest, IsKeptWithADurableDownload) {
    Habits silent = habits();
    silent.stalls_after = 3 * megabyte;
    SwarmSource source(content, silent);
    const TemporaryFolder state;
    const TemporaryFolder folder;
    DownloadRequest request{{source.hit()}, folder.path(), {}};
    request.lifetime = DownloadRequest::Lifetime::durable;
    {
        TestDownloads before(threads);
        before.restore(state);
        before.begin_and_pause(request, 2 * megabyte);
    }
    TestDownloads after(threads);
    after.restore(state);
    Download download = after.only_one();
    const std::uint64_t kept = download.progress().verified;
    EXPECT_GE(kept, 2 * megabyte);
    EXPECT_EQ(kept % large_block, 0) << "whole blocks";
    source.release();
    download.resume();
    EXPECT_GE(after.fetch(download).resumed, kept);
    EXPECT_TRUE(folder.read("swarm.bin") == content);
}

TEST_F(CoarseTreeTest, IsNotTakenWhereAnotherSourceHasAFinerOne) {
    Habits vanishing = habits();
    vanishing.vanishes_after = 200'000;  // within the first of the blocks
    SwarmSource coarse(content, vanishing);
    vanishing.tree_ends_above = 0;
    SwarmSource fine(content, vanishing);
    Download download = downloads.start({coarse.hit(), fine.hit()});
    EXPECT_NE(error_of(download.async_wait(boost::asio::use_future)), error_code());
    EXPECT_GE(download.progress().verified, BlockLayout::min_block_size) << "blocks of the finer tree";
}

TEST_F(CoarseTreeTest, IsTakenWhereTheFinerOneDoesNotCome) {
    SwarmSource coarse(content, habits());
    Habits silent = habits();
    silent.keeps_tree_back = true;
    SwarmSource fine(content, silent);
    const DownloadedFile file = downloads.fetch({coarse.hit(), fine.hit()});
    expect_whole();
    EXPECT_LT(file.seconds, unforgiving().tree_timeout);
}

}  // namespace
}  // namespace gnutella::test
