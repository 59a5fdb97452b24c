#include "transfer_bench.hpp"

#include <gmock/gmock.h>

// What others get from us over HTTP.

namespace gnutella::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct HttpServerTest : testing::Test {
    Threads threads;
    const std::string content = content_of(300'000);

    static std::string target_of(const Hit& hit) { return "/uri-res/N2R?" + hit.urn->sha1_string(); }

    static Settings settings_with(std::function<void(Settings&)> change) {
        Settings settings = quick_settings();
        change(settings);
        return settings;
    }

    /// Asks for the file, and reads nothing of it.
    static void begin_upload(TestServer& server, RawClient& client, const Hit& hit) {
        client.send("GET " + target_of(hit) + " HTTP/1.1\r\nHost: here\r\n\r\n");
        server.events().wait_for<UploadProgress>([](const UploadProgress&) { return true; });
    }
};

TEST_F(HttpServerTest, SendsAWholeFile) {
    TestServer server(threads);
    const Hit hit = server.share("file.bin", content);
    RawClient client(server.endpoint());
    const auto response = client.get(target_of(hit));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, content);
    EXPECT_EQ(response.field("Content-Disposition"), "attachment; filename=\"file.bin\"; filename*=UTF-8''file.bin");
    const auto end = server.end_of_upload();
    EXPECT_FALSE(end.error);
    EXPECT_EQ(end.sent, content.size());
    EXPECT_EQ(end.size, content.size());
    EXPECT_EQ(end.name, "file.bin");
    EXPECT_EQ(server.counters().uploads, 1);
    EXPECT_EQ(server.counters().bytes_uploaded, content.size());
}

TEST_F(HttpServerTest, AnswersRequestAfterRequestOnOneConnection) {
    TestServer server(threads);
    const Hit hit = server.share("file.bin", content);
    const std::string target = target_of(hit);
    RawClient client(server.endpoint());
    EXPECT_EQ(client.get(target, "Range: bytes=0-9\r\n").body, content.substr(0, 10));
    EXPECT_EQ(client.get("/nothing").status, 404);
    EXPECT_EQ(client.get(target, "Range: bytes=-5\r\n").body, content.substr(content.size() - 5));
    EXPECT_EQ(client.get(target, "Range: bytes=300000-\r\n").status, 416);
    const auto tail = client.get(target, "Range: bytes=299990-\r\n");
    EXPECT_EQ(tail.field("Content-Range"), "bytes 299990-299999/300000");
    EXPECT_EQ(tail.body, content.substr(299'990));
    EXPECT_EQ(client.get(target, "Range: bytes=0-1,5-6\r\n").status, 200);
    EXPECT_EQ(client.get(target).body, content);
}

TEST_F(HttpServerTest, AnswersRequestsThatCameAllAtOnceInTheirOrder) {
    TestServer server(threads);
    const std::string target = target_of(server.share("file.bin", content));
    RawClient client(server.endpoint());
    std::string requests;
    for (int first = 0; first < 20; ++first) {
        requests +=
            "GET " + target + " HTTP/1.1\r\nHost: here\r\nRange: bytes=" + std::to_string(first) + "-1000\r\n\r\n";
    }
    client.send(requests);
    for (std::size_t first = 0; first < 20; ++first) {
        EXPECT_EQ(client.receive().body, content.substr(first, 1001 - first));
    }
}

TEST_F(HttpServerTest, TakesARequestByteByByte) {
    TestServer server(threads);
    const Hit hit = server.share("file.bin", content);
    RawClient client(server.endpoint());
    client.socket().set_option(Tcp::no_delay(true));
    for (const char letter : "GET " + target_of(hit) + " HTTP/1.1\r\nHost: here\r\n\r\n") {
        client.send(std::string(1, letter));
    }
    EXPECT_EQ(client.receive().body, content);
}

TEST_F(HttpServerTest, SendsNoBodyForHead) {
    TestServer server(threads);
    const std::string target = target_of(server.share("file.bin", content));
    RawClient client(server.endpoint());
    client.send("HEAD " + target + " HTTP/1.1\r\nHost: here\r\n\r\n");
    const auto response = client.receive(RawClient::Body::none);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.field("Content-Length"), "300000");
    EXPECT_EQ(client.get(target, "Range: bytes=0-0\r\n").body, content.substr(0, 1)) << "no byte of a body in between";
    EXPECT_EQ(server.counters().uploads, 1);
}

TEST_F(HttpServerTest, SendsAnEmptyFile) {
    TestServer server(threads);
    const std::string target = target_of(server.share("empty", ""));
    RawClient client(server.endpoint());
    const auto response = client.get(target);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.field("Content-Length"), "0");
}

TEST_F(HttpServerTest, ClosesWhenAskedToAndForOldClients) {
    TestServer server(threads);
    const std::string target = target_of(server.share("file.bin", content));
    RawClient asks(server.endpoint());
    const auto closed = asks.get(target, "Connection: close\r\n");
    EXPECT_EQ(closed.body, content);
    EXPECT_EQ(closed.field("Connection"), "close");
    EXPECT_TRUE(asks.is_closed());
    RawClient old(server.endpoint());
    old.send("GET " + target + " HTTP/1.0\r\n\r\n");
    EXPECT_EQ(old.receive().body, content);
    EXPECT_TRUE(old.is_closed());
    RawClient old_and_keen(server.endpoint());
    old_and_keen.send("GET " + target + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(old_and_keen.receive().field("Connection"), "keep-alive");
    EXPECT_EQ(old_and_keen.get(target).body, content);
}

TEST_F(HttpServerTest, RefusesWhatItDoesNotServe) {
    TestServer server(threads);
    const std::string target = target_of(server.share("file.bin", content));
    RawClient client(server.endpoint());
    for (const char* nothing :
         {"/nothing", "/uri-res/N2R?urn:sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "/../../etc/passwd"}) {
        EXPECT_EQ(client.get(nothing).status, 404) << nothing;
    }
    client.send("DELETE " + target + " HTTP/1.1\r\nHost: here\r\n\r\n");
    const auto refusal = client.receive();
    EXPECT_EQ(refusal.status, 405);
    EXPECT_EQ(refusal.field("Allow"), "GET, HEAD");
    EXPECT_EQ(client.get(target, "Range: bytes=0-0\r\n").status, 206) << "and goes on";
}

TEST_F(HttpServerTest, TakesNothingOfABodyForARequest) {
    TestServer server(threads);
    const std::string target = target_of(server.share("file.bin", content));
    RawClient client(server.endpoint());
    const std::string smuggled = "GET " + target + " HTTP/1.1\r\nHost: here\r\n\r\n";
    client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: " + std::to_string(smuggled.size()) + "\r\n\r\n" +
                smuggled);
    EXPECT_EQ(client.receive().status, 405);
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(server.counters().uploads, 0);
}

TEST_F(HttpServerTest, SaysWhatIsWrongWithARequestAndCloses) {
    TestServer server(threads);
    const struct {
        std::string request;
        int status;
    } cases[] = {
        {"GET\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400},
        {"GET / HTTP/9.9\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n", 431},
        {"GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\n\r\n", 431},
    };
    for (const auto& each : cases) {
        RawClient client(server.endpoint());
        client.send(each.request);
        EXPECT_EQ(client.receive().status, each.status) << each.request.substr(0, 40);
        EXPECT_TRUE(client.is_closed());
    }
}

TEST_F(HttpServerTest, DoesNotWaitForOneWhoNeverFinishesAHeader) {
    TestServer server(threads, settings_with([](Settings& settings) {
                          settings.http_idle_timeout = std::chrono::milliseconds(100);
                      }));
    RawClient client(server.endpoint());
    client.send("GET / HTTP/1.1\r\nX: ");
    EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, FreesTheSlotOfOneWhoReadsNothing) {
    TestServer server(threads, settings_with([](Settings& settings) {
                          settings.max_uploads = 1;
                          settings.transfer_timeout = std::chrono::milliseconds(200);
                      }));
    const Hit hit = server.share("large.bin", std::string(large, 'x'));
    RawClient idle(server.endpoint());
    idle.send("GET " + target_of(hit) + " HTTP/1.1\r\nHost: here\r\n\r\n");
    const auto end = server.end_of_upload();
    EXPECT_EQ(end.error, Error::downloader_idle);
    EXPECT_LT(end.sent, large);
    RawClient client(server.endpoint());
    EXPECT_EQ(client.get(target_of(hit), "Range: bytes=0-9\r\n").status, 206);
}

TEST_F(HttpServerTest, HasOnlySoManySlots) {
    TestServer server(threads, settings_with([](Settings& settings) { settings.max_uploads = 1; }));
    const Hit hit = server.share("large.bin", std::string(large, 'x'));
    RawClient first(server.endpoint());
    begin_upload(server, first, hit);
    RawClient second(server.endpoint());
    const auto refusal = second.get(target_of(hit));
    EXPECT_EQ(refusal.status, 503);
    EXPECT_FALSE(refusal.field("Retry-After").empty());
    EXPECT_EQ(server.counters().uploads_queued, 1);
    EXPECT_EQ(first.receive().body.size(), large);
    server.end_of_upload();
    EXPECT_EQ(second.get(target_of(hit), "Range: bytes=0-9\r\n").status, 206) << "on the connection that was refused";
}

TEST_F(HttpServerTest, TellsOneConnectionTooManySo) {
    TestServer server(threads, settings_with([](Settings& settings) { settings.max_http_connections = 1; }));
    RawClient first(server.endpoint());
    EXPECT_EQ(first.get("/nothing").status, 404);
    RawClient second(server.endpoint());
    second.send("G");
    EXPECT_EQ(second.receive().status, 503);
    EXPECT_TRUE(second.is_closed());
    EXPECT_EQ(first.get("/nothing").status, 404);
}

TEST_F(HttpServerTest, SurvivesOneWhoLeavesInTheMiddle) {
    TestServer server(threads);
    const Hit hit = server.share("large.bin", std::string(large, 'x'));
    {
        RawClient client(server.endpoint());
        client.send("GET " + target_of(hit) + " HTTP/1.1\r\nHost: here\r\n\r\n");
        std::string some(1000, '\0');
        boost::asio::read(client.socket(), boost::asio::buffer(some));
    }
    const auto end = server.end_of_upload();
    EXPECT_TRUE(end.error);
    EXPECT_LT(end.sent, large);
    RawClient client(server.endpoint());
    EXPECT_EQ(client.get(target_of(hit)).body.size(), large);
}

TEST_F(HttpServerTest, TellsThatWhoFetchesHasClosedTheConnection) {
    TestServer server(threads);
    const Hit hit = server.share("large.bin", std::string(large, 'x'));
    {
        RawClient client(server.endpoint());
        begin_upload(server, client, hit);
    }
    EXPECT_EQ(server.end_of_upload().error, Error::downloader_closed);
}

TEST_F(HttpServerTest, CutsAFileShortThatIsCutWhileItIsSent) {
    TestServer server(threads);
    const Hit hit = server.share("large.bin", std::string(large, 'x'));
    RawClient client(server.endpoint());
    begin_upload(server, client, hit);
    std::filesystem::resize_file(server.folder().path() / "large.bin", 1000);
    const auto response = client.receive();
    EXPECT_EQ(response.status, 200);
    EXPECT_LT(response.body.size(), large);
    EXPECT_EQ(server.end_of_upload().error, Error::file_changed);
    EXPECT_EQ(server.counters().files_not_shared, 1);
}

TEST_F(HttpServerTest, CutsAFileShortThatIsWrittenWhileItIsSent) {
    TestServer server(threads);
    const Hit hit = server.share("large.bin", std::string(large, 'x'));
    RawClient client(server.endpoint());
    begin_upload(server, client, hit);
    std::fstream(server.folder().path() / "large.bin", std::ios::in | std::ios::out) << "changed";
    EXPECT_LT(client.receive().body.size(), large);
    EXPECT_EQ(server.end_of_upload().error, Error::file_changed);
}

TEST_F(HttpServerTest, DoesNotHaveAFileThatVanishedOrGrew) {
    TestServer server(threads);
    const Hit vanished = server.share("vanished.bin", content);
    const Hit grown = server.share("grown.bin", "x" + content);
    std::filesystem::remove(server.folder().path() / "vanished.bin");
    server.folder().write("grown.bin", "x" + content + "x");
    RawClient client(server.endpoint());
    EXPECT_EQ(client.get(target_of(vanished)).status, 404);
    EXPECT_EQ(client.get(target_of(grown)).status, 404);
    EXPECT_EQ(server.counters().files_not_shared, 2);
}

TEST_F(HttpServerTest, SendsAFileToItsEndThatIsRemovedUnderWay) {
    TestServer server(threads);
    const std::string all = content_of(large);
    const Hit hit = server.share("large.bin", all);
    RawClient client(server.endpoint());
    begin_upload(server, client, hit);
    std::filesystem::remove(server.folder().path() / "large.bin");
    EXPECT_TRUE(client.receive().body == all);
    EXPECT_FALSE(server.end_of_upload().error);
    EXPECT_EQ(client.get(target_of(hit), "Range: bytes=0-9\r\n").status, 404) << "from then on";
}

TEST_F(HttpServerTest, WhoFetchesAFileThatIsRemovedUnderWayIsToldAndGoesOnWithAnotherSource) {
    const std::string all = content_of(large);
    TestServer server(threads, settings_with([](Settings& settings) { settings.upload_limit = 4 * megabyte; }));
    TestServer other(threads);
    TestDownloads downloads(threads);
    Download download = downloads.start({server.share("large.bin", all)});
    downloads.events().wait_for<DownloadProgress>(
        [](const DownloadProgress& progress) { return progress.verified > 0; });
    std::filesystem::remove(server.folder().path() / "large.bin");
    EXPECT_EQ(error_of(download.async_wait(boost::asio::use_future)), Error::source_lacks_file);
    EXPECT_EQ(downloads.fetch({other.share("large.bin", all)}).urn, urn_of(all));
    EXPECT_LT(other.counters().bytes_uploaded, large) << "what had come is kept";
}

TEST_F(HttpServerTest, CutsAllWhenItIsStopped) {
    TestServer server(threads);
    const Hit hit = server.share("large.bin", std::string(large, 'x'));
    RawClient idle(server.endpoint());
    EXPECT_EQ(idle.get("/nothing").status, 404);
    RawClient reading(server.endpoint());
    begin_upload(server, reading, hit);
    server.server().stop();
    EXPECT_TRUE(idle.is_closed());
    EXPECT_LT(reading.receive().body.size(), large);
    EXPECT_EQ(server.end_of_upload().error, Error::stopped);
    RawClient late(server.endpoint());
    late.send("G");
    EXPECT_TRUE(late.is_closed());
}

TEST_F(HttpServerTest, ServesManyAtOnce) {
    TestServer server(threads);
    const Hit hit = server.share("file.bin", content);
    std::vector<std::thread> clients;
    std::atomic<int> good{0};
    for (int number = 0; number < 20; ++number) {
        clients.emplace_back([&] {
            RawClient client(server.endpoint());
            for (int turn = 0; turn < 5; ++turn) {
                good += client.get(target_of(hit)).body == content ? 1 : 0;
            }
        });
    }
    for (std::thread& client : clients) {
        client.join();
    }
    EXPECT_EQ(good, 100);
}

}  // namespace
}  // namespace gnutella::test
