#include "transfer_bench.hpp"

#include "transfer/file_name.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <gmock/gmock.h>

// What we get from honest servers.

namespace gnutella::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using WhenThere = DownloadRequest::WhenThere;

struct DownloadTest : testing::Test {
    Threads threads;
    const std::string content = content_of(3'000'000);
    const Hit nobody = [] {
        Hit hit;
        hit.source = {"127.0.0.1", 1};
        return hit;
    }();

    // Sends half of the file, and then nothing.
    ScriptedSource half_source() {
        return ScriptedSource([this](Tcp::socket& socket, const std::string& request) {
            const std::uint64_t first = ScriptedSource::first_byte_asked(request);
            const std::string answer = ScriptedSource::partial_content(content, first, content.size() - first);
            ScriptedSource::send(socket, answer.substr(0, answer.size() - content.size() / 2));
            ScriptedSource::wait_for_end(socket);
        });
    }

    void wait_for_half(TestDownloads& downloads) const {
        downloads.events().wait_for<DownloadProgress>(
            [&](const DownloadProgress& progress) { return progress.received >= content.size() / 2; });
    }
};

TEST_F(DownloadTest, FetchesAFile) {
    TestServer server(threads);
    TestDownloads downloads(threads);
    const Hit hit = server.share("file.bin", content);
    const DownloadedFile file = downloads.fetch({hit});
    EXPECT_EQ(file.path, downloads.folder().path() / "file.bin");
    EXPECT_EQ(downloads.folder().read("file.bin"), content);
    EXPECT_EQ(file.bytes, content.size());
    EXPECT_EQ(file.resumed, 0);
    EXPECT_EQ(file.urn, urn_of(content));
    EXPECT_EQ(file.verification, Verification::verified);
    EXPECT_EQ(file.transport, Transport::http);
    EXPECT_THAT(file.sources, ElementsAre(server.endpoint()));
    EXPECT_THAT(downloads.names(), ElementsAre("file.bin"));
    EXPECT_EQ(downloads.counters().downloads, 1);
    EXPECT_EQ(downloads.counters().bytes_downloaded, content.size());
}

TEST_F(DownloadTest, TellsHowFarItIs) {
    TestServer server(threads);
    TestDownloads downloads(threads);
    const Download download = downloads.start({server.share("file.bin", content)});
    const auto begin = downloads.events().wait_for<DownloadProgress>([](const DownloadProgress&) { return true; });
    EXPECT_EQ(begin.id, download.id());
    EXPECT_EQ(begin.received, 0);
    EXPECT_EQ(begin.size, content.size());
    const auto end =
        downloads.events().wait_for<DownloadProgress>([](const DownloadProgress& progress) { return progress.ended; });
    EXPECT_FALSE(end.error);
    EXPECT_EQ(end.received, content.size());
    EXPECT_GT(end.rate, 0);
    EXPECT_TRUE(download.progress().ended);
}

TEST_F(DownloadTest, FetchesAnEmptyFile) {
    TestServer server(threads);
    TestDownloads downloads(threads);
    const DownloadedFile file = downloads.fetch({server.share("empty", "")});
    EXPECT_EQ(file.bytes, 0);
    EXPECT_EQ(std::filesystem::file_size(file.path), 0);
}

TEST_F(DownloadTest, GoesOnFromWhatACancelledOneLeft) {
    constexpr std::uint64_t block = BlockLayout::min_block_size;
    TestDownloads downloads(threads);
    {
        ScriptedSource source = half_source();
        Download download = downloads.start({source.hit_for(content)});
        wait_for_half(downloads);
        download.cancel();
        EXPECT_EQ(error_of(download.async_wait(boost::asio::use_future)), boost::asio::error::operation_aborted);
    }
    ASSERT_TRUE(downloads.part());
    EXPECT_GE(std::filesystem::file_size(*downloads.part()), content.size() / 2);
    const auto left = content.size() / 2 / block * block;  // the next source has a tree: whole blocks can be verified
    TestServer server(threads);
    const DownloadedFile file = downloads.fetch({server.share("another name.bin", content)});
    EXPECT_EQ(file.resumed, left);
    EXPECT_EQ(downloads.folder().read("another name.bin"), content);
    EXPECT_TRUE(eventually([&] { return server.counters().bytes_uploaded >= content.size() - left; }));
    EXPECT_EQ(server.counters().bytes_uploaded, content.size() - left);
    EXPECT_THAT(downloads.names(), ElementsAre("another name.bin"));
}

TEST_F(DownloadTest, NeedsNobodyForWhatIsWholeAlready) {
    TestDownloads downloads(threads);
    downloads.folder().write(transfer::part_file_name("a", urn_of(content)), content);
    Hit hit = nobody;
    hit.urn = urn_of(content);
    hit.size = content.size();
    hit.name = "a";
    const DownloadedFile file = downloads.fetch({hit});
    EXPECT_EQ(file.resumed, content.size());
    EXPECT_THAT(file.sources, IsEmpty());
    EXPECT_EQ(downloads.folder().read("a"), content);
}

TEST_F(DownloadTest, BeginsAnewWhereWhatWasLeftIsWrong) {
    TestServer server(threads);
    TestDownloads downloads(threads);
    const Hit hit = server.share("file.bin", content);
    for (const std::string& left :
         {std::string(1'000'000, 'x'), std::string(content.size(), 'x'), std::string(content.size() + 1, 'x')}) {
        downloads.folder().write(transfer::part_file_name("file.bin", *hit.urn), left);
        const DownloadedFile file = downloads.fetch({hit});
        EXPECT_EQ(file.resumed, 0);
        EXPECT_EQ(downloads.folder().read(file.path.filename()), content);
    }
}

TEST_F(DownloadTest, ChoosesAnotherNameOrFailsWhereThereIsOne) {
    TestServer server(threads);
    TestDownloads downloads(threads);
    const Hit hit = server.share("file.bin", content);
    downloads.folder().write("file.bin", "mine");
    EXPECT_EQ(downloads.fetch({hit}).path.filename(), "file (1).bin");
    const std::uint64_t uploads = server.counters().uploads;
    DownloadRequest request{{hit}, downloads.folder().path(), {}, WhenThere::fail};
    EXPECT_EQ(error_of(downloads.start(request).async_wait(boost::asio::use_future)), Error::file_exists);
    EXPECT_EQ(server.counters().uploads, uploads) << "known before a byte was fetched";
    EXPECT_EQ(downloads.folder().read("file.bin"), "mine");
}

TEST_F(DownloadTest, MakesAStrangersNameSafeAndTakesOnesOwnAsItIs) {
    TestServer server(threads);
    TestDownloads downloads(threads);
    Hit hit = server.share("file.bin", content);
    hit.name = "../../.profile";
    EXPECT_EQ(downloads.fetch({hit}).path, downloads.folder().path() / "profile");
    DownloadRequest request{{hit}, downloads.folder().path() / "new" / "folder", ".mine"};
    EXPECT_EQ(downloads.fetch(downloads.start(request)).path, downloads.folder().path() / "new" / "folder" / ".mine");
    request.name = "../mine";
    EXPECT_EQ(error_of(downloads.start(request).async_wait(boost::asio::use_future)), Error::bad_file_name);
}

TEST_F(DownloadTest, IsOneAtATimeForOneFileAndFolder) {
    TestDownloads downloads(threads);
    ScriptedSource source = half_source();
    Download first = downloads.start({source.hit_for(content)});
    wait_for_half(downloads);
    EXPECT_EQ(downloads.error_of_fetching({source.hit_for(content)}), Error::download_active);
    first.cancel();
    EXPECT_EQ(error_of(first.async_wait(boost::asio::use_future)), boost::asio::error::operation_aborted);
}

TEST_F(DownloadTest, WaitsForItsTurn) {
    Settings settings = quick_settings();
    settings.max_downloads = 1;
    TestServer server(threads);
    TestDownloads downloads(threads, settings);
    ScriptedSource source = half_source();
    Download first = downloads.start({source.hit_for(content)});
    Download second = downloads.start({server.share("second.bin", "second")});
    Download third = downloads.start({server.share("third.bin", "third")});
    wait_for_half(downloads);
    EXPECT_EQ(downloads.downloads().list().size(), 3);
    third.cancel();
    EXPECT_EQ(error_of(third.async_wait(boost::asio::use_future)), boost::asio::error::operation_aborted);
    EXPECT_EQ(server.counters().uploads, 0);
    first.cancel();
    EXPECT_EQ(downloads.fetch(second).bytes, 6);
    EXPECT_FALSE(downloads.folder().read("second.bin").empty());
}

TEST_F(DownloadTest, FetchesManyAtOnce) {
    TestServer server(threads);
    TestDownloads downloads(threads);
    std::vector<Download> started;
    for (std::size_t number = 0; number < 20; ++number) {
        started.push_back(downloads.start({server.share(std::to_string(number), content_of(100'000 + number))}));
    }
    for (std::size_t number = 0; number < started.size(); ++number) {
        EXPECT_EQ(downloads.fetch(started[number]).bytes, 100'000 + number);
        EXPECT_EQ(downloads.folder().read(std::to_string(number)), content_of(100'000 + number));
    }
    EXPECT_THAT(downloads.downloads().list(), IsEmpty());
}

TEST_F(DownloadTest, CanBeWaitedForByManyAndByNobody) {
    TestDownloads downloads(threads);
    ScriptedSource source = half_source();
    Download download = downloads.start({source.hit_for(content)});
    auto first = download.async_wait(boost::asio::use_future);
    auto second = download.async_wait(boost::asio::use_future);
    wait_for_half(downloads);
    boost::asio::cancellation_signal signal;
    std::promise<error_code> gave_up;
    // Where it is emitted is where its handler runs, as Asio asks.
    boost::asio::io_context waiter;
    auto work = boost::asio::make_work_guard(waiter);
    download.async_wait(boost::asio::bind_cancellation_slot(
        signal.slot(), boost::asio::bind_executor(waiter, [&](const error_code& error, const DownloadedFile&) {
            gave_up.set_value(error);
            work.reset();
        })));
    signal.emit(boost::asio::cancellation_type::terminal);
    waiter.run();
    EXPECT_EQ(get(gave_up.get_future()), boost::asio::error::operation_aborted);
    EXPECT_FALSE(download.progress().ended) << "who stops waiting does not stop the download";
    download.cancel();
    EXPECT_EQ(error_of(std::move(first)), boost::asio::error::operation_aborted);
    EXPECT_EQ(error_of(std::move(second)), boost::asio::error::operation_aborted);
    EXPECT_EQ(error_of(download.async_wait(boost::asio::use_future)), boost::asio::error::operation_aborted);
}

TEST_F(DownloadTest, KeepsWhatHasArrivedWhenAllIsStopped) {
    TestDownloads downloads(threads);
    ScriptedSource source = half_source();
    Download download = downloads.start({source.hit_for(content)});
    wait_for_half(downloads);
    downloads.stop();
    EXPECT_EQ(error_of(download.async_wait(boost::asio::use_future)), Error::stopped);
    ASSERT_TRUE(downloads.part());
    EXPECT_GE(std::filesystem::file_size(*downloads.part()), content.size() / 2);
    EXPECT_EQ(downloads.error_of_fetching({source.hit_for(content)}), Error::stopped);
}

TEST_F(DownloadTest, WritesAFileThatCameWithItsHit) {
    TestDownloads downloads(threads);
    Hit hit;
    hit.name = "raw.txt";
    hit.size = 5;
    hit.content = std::make_shared<const std::string>("hello");
    hit.source = {"192.0.2.1", 8025};
    const DownloadedFile file = downloads.fetch({hit});
    EXPECT_EQ(downloads.folder().read("raw.txt"), "hello");
    EXPECT_EQ(file.verification, Verification::unverifiable);
    EXPECT_EQ(file.urn, urn_of("hello"));
    EXPECT_EQ(file.transport, std::nullopt);
    EXPECT_THAT(file.sources, ElementsAre(hit.source));
}

TEST_F(DownloadTest, FailsWithoutASource) {
    TestDownloads downloads(threads);
    EXPECT_EQ(downloads.error_of_fetching({}), Error::no_source);
    EXPECT_EQ(downloads.error_of_fetching({nobody}), Error::no_source) << "a hit without a hash and without content";
    EXPECT_EQ(error_of(Download{}.async_wait(boost::asio::use_future)), Error::no_source);
    EXPECT_THAT(downloads.names(), IsEmpty());
}

TEST_F(DownloadTest, SaysThatTheFolderCannotBe) {
    TestServer server(threads);
    TestDownloads downloads(threads);
    downloads.folder().write("file", "");
    const DownloadRequest request{{server.share("a", content)}, downloads.folder().path() / "file", {}};
    EXPECT_EQ(error_of(downloads.start(request).async_wait(boost::asio::use_future)), Error::disk);
}

}  // namespace
}  // namespace gnutella::test
