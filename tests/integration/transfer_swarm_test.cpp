#include "swarm_source.hpp"

#include "file_descriptor.hpp"

#include <gmock/gmock.h>

#include <cerrno>

// Downloads from many sources at once, checked block by block, and what survives.

namespace gnutella::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Habits = SwarmSource::Habits;

// As a disk that has room for so many bytes more, until there is room again.
class SmallDisk final : public transfer::FileWriter {
  public:
    explicit SmallDisk(std::int64_t room) : room_(room) {}

    ssize_t write(int descriptor, std::span<const std::byte> bytes, std::uint64_t offset) override {
        if (room_.fetch_sub(static_cast<std::int64_t>(bytes.size())) < static_cast<std::int64_t>(bytes.size())) {
            errno = ENOSPC;
            return -1;
        }
        return system().write(descriptor, bytes, offset);
    }
    int sync(int descriptor) override { return system().sync(descriptor); }
    void make_room() { room_ = INT64_MAX; }

  private:
    std::atomic<std::int64_t> room_;
};

struct SwarmTest : testing::Test {
    static Settings unforgiving() {
        Settings settings = quick_settings();
        settings.source_retry_interval = std::chrono::milliseconds(5);
        settings.source_retries = 0;
        return settings;
    }
    static Settings impatient() {
        Settings settings = unforgiving();
        settings.transfer_timeout = std::chrono::milliseconds(1'500);
        return settings;
    }

    static Habits habits(std::size_t rate = 0) {
        Habits habits;
        habits.rate = rate;
        return habits;
    }

    static std::size_t kept_in(const TemporaryFolder& state) {
        error_code error;
        return store::Store::open(state.path(), error)->downloads(2).size();
    }

    void expect_whole(TestDownloads& downloads) const {
        EXPECT_THAT(downloads.names(), ElementsAre("swarm.bin"));
        EXPECT_TRUE(downloads.folder().read("swarm.bin") == content) << "byte by byte";
    }

    Threads threads;
    const std::string content = content_of(8 * megabyte);
};

TEST_F(SwarmTest, SeveralSourcesShareTheWork) {
    SwarmSource first(content, habits(megabyte / 2));
    SwarmSource second(content, habits(megabyte));
    SwarmSource third(content, habits(2 * megabyte));
    TestDownloads downloads(threads);
    const DownloadedFile file = downloads.fetch({first.hit(), second.hit(), third.hit()});
    expect_whole(downloads);
    EXPECT_THAT(file.sources, UnorderedElementsAre(first.hit().source, second.hit().source, third.hit().source));
    EXPECT_GT(second.sent(), first.sent());
    EXPECT_GT(third.sent(), second.sent());
    EXPECT_LT(file.seconds.count(), 3.9) << "all of them together need 2.3 s, the fastest alone 4 s";
    EXPECT_LT(downloads.counters().bytes_downloaded, content.size() * 11 / 10) << "hardly anything comes twice";
    EXPECT_EQ(file.urn, first.hit().urn);
    EXPECT_EQ(file.transport, Transport::http);
}

TEST_F(SwarmTest, OneSourceKeepsOneConnection) {
    SwarmSource source(content, habits());
    TestDownloads downloads(threads);
    downloads.fetch({source.hit()});
    expect_whole(downloads);
    EXPECT_EQ(source.connections(), 1) << "for the tree and all of the file";
    EXPECT_EQ(source.sent(), content.size());
}

TEST_F(SwarmTest, ALiarIsStruckOff) {
    Habits lying = habits();
    lying.lies = true;
    SwarmSource liar(content, lying);
    SwarmSource honest(content, habits(20 * megabyte));
    TestDownloads downloads(threads, unforgiving());
    const DownloadedFile file = downloads.fetch({liar.hit(), honest.hit()});
    expect_whole(downloads);
    EXPECT_THAT(file.sources, ElementsAre(honest.hit().source));
    const SourceFailed told = downloads.failure_of(liar.hit());
    EXPECT_EQ(told.error, Error::source_lied);
    EXPECT_EQ(told.name, "swarm.bin");
    EXPECT_EQ(downloads.counters().sources_failed, 1);
    EXPECT_EQ(downloads.counters().sources_struck_off, 1);
}

TEST_F(SwarmTest, ALiarAloneGivesNothing) {
    Habits lying = habits();
    lying.lies = true;
    SwarmSource liar(content, lying);
    TestDownloads downloads(threads, unforgiving());
    EXPECT_EQ(downloads.error_of_fetching({liar.hit()}), Error::source_lied);
    EXPECT_THAT(downloads.names(), IsEmpty());
}

TEST_F(SwarmTest, AWrongTreeIsNotBelieved) {
    Habits lying = habits();
    lying.lies_about_tree = true;
    SwarmSource liar(content, lying);
    SwarmSource honest(content, {.keeps_tree_back = true});
    TestDownloads downloads(threads, unforgiving());
    Download download = downloads.start({liar.hit(), honest.hit()});
    honest.wait_for_request_that_is_kept_back();
    ASSERT_TRUE(eventually([&] { return liar.trees_sent() > 0; }));
    honest.release();
    const DownloadedFile file = downloads.fetch(download);
    expect_whole(downloads);
    EXPECT_EQ(file.verification, Verification::verified);
    EXPECT_EQ(downloads.failure_of(liar.hit(), false).error, Error::source_lied);
}

TEST_F(SwarmTest, ATreeThatEndsFarAboveTheBlocksIsNoLie) {
    Habits habits_of_others = habits();
    habits_of_others.tree_ends_above = 100;
    SwarmSource source(content, habits_of_others);
    TestDownloads downloads(threads, unforgiving());
    downloads.fetch({source.hit()});
    expect_whole(downloads);
    EXPECT_EQ(downloads.counters().sources_failed, 0);
}

TEST_F(SwarmTest, ATreeThatWouldBeTooLongIsNotWaitedFor) {
    Habits habits_of_others = habits();
    habits_of_others.tree_is_too_long = true;
    SwarmSource source(content, habits_of_others);
    TestDownloads downloads(threads, unforgiving());
    const DownloadedFile file = downloads.fetch({source.hit()});
    expect_whole(downloads);
    EXPECT_LT(file.seconds, unforgiving().tree_timeout);
}

TEST_F(SwarmTest, AStallingSourceIsLeft) {
    Habits stalling = habits();
    stalling.stalls_after = megabyte;
    SwarmSource staller(content, stalling);
    SwarmSource honest(content, habits(10 * megabyte));
    TestDownloads downloads(threads, impatient());
    downloads.fetch({staller.hit(), honest.hit()});
    EXPECT_EQ(downloads.failure_of(staller.hit()).error, Error::source_timed_out);
    expect_whole(downloads);
}

TEST_F(SwarmTest, AStallingSourceAloneTimesOutAndWhatCameIsKept) {
    Habits stalling = habits();
    stalling.stalls_after = 2 * megabyte;
    SwarmSource staller(content, stalling);
    TestDownloads downloads(threads, impatient());
    EXPECT_EQ(downloads.error_of_fetching({staller.hit()}), Error::source_timed_out);
    SwarmSource honest(content, habits());
    const DownloadedFile file = downloads.fetch({honest.hit()});
    expect_whole(downloads);
    EXPECT_GT(file.resumed, megabyte);
    EXPECT_EQ(honest.sent(), content.size() - file.resumed) << "nothing verified is asked for again";
}

TEST_F(SwarmTest, ASourceMayVanishInTheMiddle) {
    Habits vanishing = habits(10 * megabyte);
    vanishing.vanishes_after = megabyte;
    SwarmSource first(content, vanishing);
    SwarmSource second(content, habits(10 * megabyte));
    TestDownloads downloads(threads, unforgiving());
    downloads.fetch({first.hit(), second.hit()});
    expect_whole(downloads);
    EXPECT_GE(first.sent(), megabyte);
}

TEST_F(SwarmTest, MoreSourcesJoinWhileItRuns) {
    SwarmSource slow(content, habits(megabyte));
    SwarmSource fast(content, habits());
    TestDownloads downloads(threads);
    Download download = downloads.start({slow.hit()});
    downloads.wait_for_verified(100'000);
    download.add_source(fast.hit());
    const DownloadedFile file = downloads.fetch(download);
    expect_whole(downloads);
    EXPECT_LT(file.seconds.count(), 4) << "the slow one alone needs eight seconds";
    EXPECT_GT(fast.sent(), content.size() / 2);
}

TEST_F(SwarmTest, AHitOfASearchIsOneMoreSource) {
    SwarmSource slow(content, habits(megabyte));
    SwarmSource fast(content, habits());
    TestDownloads downloads(threads);
    Download download = downloads.start({slow.hit()});
    downloads.wait_for_verified(100'000);
    downloads.downloads().offer(fast.hit());
    downloads.fetch(download);
    EXPECT_GT(fast.sent(), content.size() / 2);
}

TEST_F(SwarmTest, PausesAndGoesOnWithWhatItHas) {
    SwarmSource source(content, {.rate = 8 * megabyte, .stalls_after = 3 * megabyte});
    TestDownloads downloads(threads);
    Download download = downloads.start({source.hit()});
    downloads.wait_for_verified(megabyte);
    download.pause();
    const auto paused = downloads.events().wait_for<DownloadProgress>(
        [](const DownloadProgress& progress) { return progress.state == DownloadState::paused; });
    EXPECT_GE(paused.verified, megabyte);
    EXPECT_FALSE(paused.ended);
    EXPECT_EQ(downloads.downloads().list().size(), 1);
    const std::size_t sent = source.sent();
    source.release();
    download.resume();
    downloads.fetch(download);
    expect_whole(downloads);
    EXPECT_LT(source.sent() - sent, content.size()) << "it did not begin anew";
}

TEST_F(SwarmTest, OneThatIsPausedBeforeItHasTheTreeAsksForItAgain) {
    SwarmSource one(content, {.rate = 8 * megabyte, .keeps_tree_back = true});
    SwarmSource other(content, {.rate = 8 * megabyte, .keeps_tree_back = true});
    TestDownloads downloads(threads);
    Download download = downloads.start({one.hit(), other.hit()});
    one.wait_for_request_that_is_kept_back();
    downloads.pause(download);
    one.release();
    other.release();
    download.resume();
    downloads.fetch(download);
    expect_whole(downloads);
    EXPECT_GT(one.sent(), 0U);
    EXPECT_GT(other.sent(), 0U) << "with the tree it comes from both at once";
}

TEST_F(SwarmTest, APausedOneGivesUpItsTurn) {
    Settings settings = quick_settings();
    settings.max_downloads = 1;
    SwarmSource source(content, {.rate = 8 * megabyte, .stalls_after = megabyte});
    TestServer server(threads);
    TestDownloads downloads(threads, settings);
    Download first = downloads.start({source.hit()});
    downloads.wait_for_verified(100'000);
    Download second = downloads.start({server.share("second.bin", "second")});
    first.pause();
    EXPECT_EQ(downloads.fetch(second).bytes, 6);
    first.cancel();
    EXPECT_EQ(error_of(first.async_wait(boost::asio::use_future)), boost::asio::error::operation_aborted);
}

TEST_F(SwarmTest, CancellingKeepsOrRemovesWhatCame) {
    SwarmSource source(content, {.rate = 8 * megabyte, .stalls_after = megabyte});
    TestDownloads downloads(threads);
    for (const auto remains : {Download::Remains::keep, Download::Remains::remove}) {
        Download download = downloads.start({source.hit()});
        const auto id = download.id();
        downloads.events().wait_for<DownloadProgress>([id](const DownloadProgress& progress) {
            return progress.id == id && progress.verified > 500'000 && !progress.ended;
        });
        download.cancel(remains);
        EXPECT_EQ(error_of(download.async_wait(boost::asio::use_future)), boost::asio::error::operation_aborted);
        EXPECT_EQ(downloads.part().has_value(), remains == Download::Remains::keep);
    }
}

TEST_F(SwarmTest, EveryVerifiedBlockSurvivesTheEndOfTheNode) {
    SwarmSource source(content, {.rate = 8 * megabyte, .stalls_after = 3 * megabyte});
    const TemporaryFolder folder;
    std::uint64_t verified = 0;
    {
        TestDownloads downloads(threads);
        downloads.start({{source.hit()}, folder.path(), {}});
        verified = downloads.wait_for_verified(2 * megabyte);
    }
    const std::size_t sent = source.sent();
    source.release();
    TestDownloads downloads(threads);
    const DownloadedFile file = downloads.fetch(downloads.start({{source.hit()}, folder.path(), {}}));
    EXPECT_GE(file.resumed, verified);
    EXPECT_TRUE(folder.read("swarm.bin") == content);
    constexpr std::size_t written_to_nobody = 64 * 1024;  // by the source, before it saw that the first had gone
    EXPECT_GE(source.sent() - sent, content.size() - file.resumed);
    EXPECT_LE(source.sent() - sent, content.size() - file.resumed + written_to_nobody);
}

TEST_F(SwarmTest, ADurableOneGoesOnWithoutBeingAskedAgain) {
    SwarmSource source(content, {.rate = 8 * megabyte, .stalls_after = 3 * megabyte});
    const TemporaryFolder state;
    const TemporaryFolder folder;
    DownloadRequest request{{source.hit()}, folder.path(), {}};
    request.lifetime = DownloadRequest::Lifetime::durable;
    {
        TestDownloads downloads(threads);
        downloads.restore(state);
        downloads.start(request);
        downloads.wait_for_verified(2 * megabyte);
    }
    {
        TestDownloads downloads(threads);
        downloads.restore(state);
        ASSERT_EQ(downloads.downloads().list().size(), 1);
        request.folder = std::filesystem::proximate(folder.path()) / "";  // written in another way
        const Download again = downloads.start(request);
        EXPECT_EQ(downloads.downloads().list().size(), 1) << "the same goes on";
        source.release();
        const DownloadedFile file = downloads.fetch(again);
        EXPECT_GE(file.resumed, 2 * megabyte);
        EXPECT_TRUE(folder.read("swarm.bin") == content);
        EXPECT_EQ(source.connections(), 2) << "the tree was kept";
    }
    TestDownloads downloads(threads);
    downloads.restore(state);
    EXPECT_THAT(downloads.downloads().list(), IsEmpty()) << "what is complete is forgotten";
}

TEST_F(SwarmTest, ADurableOneKeepsItsTreeWhereItsFirstHitIsOfAnotherSize) {
    const TemporaryFolder state;
    const TemporaryFolder folder;
    std::optional<SwarmSource> source(std::in_place, content,
                                      Habits{.rate = 8 * megabyte, .stalls_after = 3 * megabyte});
    Hit forged = source->hit();
    forged.size += megabyte / 2;  // of which no blocks of any size are as many
    forged.source.port = 1;       // where nobody listens
    DownloadRequest request{{forged, source->hit()}, folder.path()};
    request.lifetime = DownloadRequest::Lifetime::durable;
    {
        TestDownloads downloads(threads, unforgiving());
        downloads.restore(state);
        downloads.start(request);
        downloads.wait_for_verified(2 * megabyte);
    }
    source.reset();
    SwarmSource one(content, {.rate = 8 * megabyte, .has_tree = false});
    SwarmSource other(content, {.rate = 8 * megabyte, .has_tree = false});
    Settings settings = unforgiving();
    settings.source_retries = 1;  // so that it does not end before it has the others
    settings.source_retry_interval = patience;
    TestDownloads downloads(threads, settings);
    downloads.restore(state);
    Download again = downloads.only_one();
    again.add_source(one.hit());
    again.add_source(other.hit());
    downloads.fetch(again);
    EXPECT_TRUE(folder.read("swarm.bin") == content);
    EXPECT_GT(one.sent(), 0U);
    EXPECT_GT(other.sent(), 0U) << "with the tree that was kept it comes from both at once";
}

TEST_F(SwarmTest, ADurableOneThatSomebodyElseFetchesIsNotBegunAgain) {
    SwarmSource source(content, habits(megabyte));
    const TemporaryFolder state;
    TestDownloads other(threads);
    other.start({source.hit()});
    other.wait_for_verified(64 * 1024);
    DownloadRequest request{{source.hit()}, other.folder().path(), {}};
    request.lifetime = DownloadRequest::Lifetime::durable;
    {
        TestDownloads downloads(threads);
        downloads.restore(state);
        EXPECT_EQ(error_of(downloads.start(request).async_wait(boost::asio::use_future)), Error::download_active);
    }
    TestDownloads downloads(threads);
    downloads.restore(state);
    EXPECT_THAT(downloads.downloads().list(), IsEmpty());
}

TEST_F(SwarmTest, ADurableOneOutlivesAnotherNodeWithTheSameState) {
    SwarmSource source(content, habits(megabyte));
    const TemporaryFolder state;
    const TemporaryFolder folder;
    DownloadRequest request{{source.hit()}, folder.path(), {}};
    request.lifetime = DownloadRequest::Lifetime::durable;
    {
        TestDownloads first(threads);
        first.restore(state);
        first.start(request);
        first.wait_for_verified(64 * 1024);
        ASSERT_TRUE(eventually([&] { return kept_in(state) == 1; }));
        TestDownloads second(threads);
        second.restore(state);
        EXPECT_EQ(second.wait_for_end().error, Error::download_active);
        EXPECT_EQ(error_of(second.start(request).async_wait(boost::asio::use_future)), Error::download_active);
    }
    TestDownloads again(threads);
    again.restore(state);
    again.fetch(again.only_one());
    EXPECT_TRUE(folder.read("swarm.bin") == content);
}

TEST_F(SwarmTest, ADurableOneThatWasPausedStaysPaused) {
    SwarmSource source(content, {.rate = 8 * megabyte, .stalls_after = 3 * megabyte});
    const TemporaryFolder state;
    const TemporaryFolder folder;
    DownloadRequest request{{source.hit()}, folder.path(), {}};
    request.lifetime = DownloadRequest::Lifetime::durable;
    {
        TestDownloads downloads(threads);
        downloads.restore(state);
        downloads.begin_and_pause(request, 2 * megabyte);
    }
    TestDownloads downloads(threads);
    downloads.restore(state);
    Download download = downloads.only_one();
    EXPECT_EQ(download.progress().state, DownloadState::paused);
    EXPECT_GT(download.progress().verified, 0);
    EXPECT_EQ(download.progress().size, content.size());
    download.cancel(Download::Remains::remove);
    EXPECT_EQ(error_of(download.async_wait(boost::asio::use_future)), boost::asio::error::operation_aborted);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(SwarmTest, AFullDiskKeepsWhatIsVerified) {
    SmallDisk disk(3 * megabyte);
    SwarmSource source(content, habits());
    TestDownloads downloads(threads, quick_settings(), disk);
    EXPECT_EQ(downloads.error_of_fetching({source.hit()}), Error::disk_full);
    disk.make_room();
    const DownloadedFile file = downloads.fetch({source.hit()});
    EXPECT_GT(file.resumed, 2 * megabyte);
    expect_whole(downloads);
}

TEST_F(SwarmTest, APartThatSomebodyRemovesIsAnError) {
    SwarmSource source(content, {.rate = 8 * megabyte, .stalls_after = 3 * megabyte});
    TestDownloads downloads(threads);
    Download download = downloads.start({source.hit()});
    downloads.wait_for_verified(megabyte);
    std::filesystem::remove(*downloads.part());
    source.release();
    EXPECT_EQ(error_of(download.async_wait(boost::asio::use_future)), Error::file_changed);
    EXPECT_THAT(downloads.names(), IsEmpty());
}

TEST_F(SwarmTest, ALimitIsKept) {
    Settings settings = quick_settings();
    settings.download_limit = 8 * megabyte;
    SwarmSource first(content, habits());
    SwarmSource second(content, habits());
    TestDownloads downloads(threads, settings);
    const DownloadedFile file = downloads.fetch({first.hit(), second.hit()});
    expect_whole(downloads);
    EXPECT_GT(file.seconds.count(), 0.85);
}

TEST_F(SwarmTest, WhatIsVerifiedCanBeServedWhileItArrives) {
    SwarmSource source(content, {.rate = 8 * megabyte, .stalls_after = 3 * megabyte});
    TestDownloads downloads(threads);
    Download download = downloads.start({source.hit()});
    downloads.wait_for_verified(2 * megabyte);
    const auto parts = downloads.downloads().parts();
    std::optional<transfer::PartialFile> part;  // it is told how far it is before others can have it
    ASSERT_TRUE(eventually([&] { return (part = parts->find(*source.hit().urn)).has_value(); }));
    EXPECT_EQ(part->size, content.size());
    ASSERT_FALSE(part->verified.empty());
    const auto tree = parts->tree(*part);
    ASSERT_TRUE(tree);
    EXPECT_EQ(tree->root(), *source.hit().urn->tiger());
    error_code error;
    const FileDescriptor descriptor(parts->open(*part, error));
    ASSERT_FALSE(error);
    const auto range = part->verified.front();
    std::string bytes(range.length, '\0');
    ASSERT_EQ(::pread(descriptor.get(), bytes.data(), bytes.size(), static_cast<off_t>(range.first)),
              static_cast<ssize_t>(bytes.size()));
    EXPECT_TRUE(bytes == content.substr(range.first, range.length));
    source.release();
    downloads.fetch(download);
    EXPECT_FALSE(parts->find(*source.hit().urn)) << "it is a part no longer";
}

}  // namespace
}  // namespace gnutella::test
