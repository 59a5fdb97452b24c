#include "transfer_bench.hpp"

#include <gmock/gmock.h>

// What becomes of a download when its sources fail, lie, or have something else.

namespace gnutella::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct SourcesTest : testing::Test {
    Threads threads;
    TestDownloads downloads{threads, impatient()};
    TestServer server{threads};
    const std::string content = content_of(2'000'000);

    static Settings impatient() {
        Settings settings = quick_settings();
        settings.source_retry_interval = std::chrono::milliseconds(5);
        return settings;
    }

    // Always the same answer, whatever is asked.
    static ScriptedSource saying(std::string answer) {
        return ScriptedSource([answer = std::move(answer)](Tcp::socket& socket, const std::string&) {
            ScriptedSource::send(socket, answer);
        });
    }

    Hit nobody() const {
        Tcp::acceptor gone(const_cast<Threads&>(threads).context(),
                           Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        Hit hit;
        hit.size = content.size();
        hit.urn = urn_of(content);
        hit.source = {"127.0.0.1", gone.local_endpoint().port()};
        return hit;
    }

    // The bad source's error when it is alone, and then that a good one beside it is used.
    void expect_failure(const Hit& bad, const error_code& error) {
        EXPECT_EQ(downloads.error_of_fetching({bad}), error);
        const DownloadedFile file = downloads.fetch({bad, server.share("good.bin", content)});
        EXPECT_EQ(file.urn, urn_of(content));
        std::filesystem::remove(file.path);
    }
};

TEST_F(SourcesTest, NobodyListens) {
    expect_failure(nobody(), Error::cannot_connect);
}

TEST_F(SourcesTest, HostThatDoesNotResolve) {
    Hit hit = nobody();
    hit.source.host = "no-such-host.invalid";
    expect_failure(hit, Error::cannot_resolve);
    hit.source.host = "evil\r\nX-Header: 1";
    expect_failure(hit, Error::cannot_resolve);
}

TEST_F(SourcesTest, NeverAnswers) {
    ScriptedSource source([](Tcp::socket& socket, const std::string&) { ScriptedSource::wait_for_end(socket); });
    Settings hasty = impatient();
    hasty.transfer_timeout = std::chrono::milliseconds(300);
    TestDownloads alone(threads, hasty);
    EXPECT_EQ(alone.error_of_fetching({source.hit_for(content)}), Error::source_timed_out);
    hasty.transfer_timeout = std::chrono::milliseconds(1'000);  // which the good one may not take
    TestDownloads both(threads, hasty);
    EXPECT_EQ(both.fetch({source.hit_for(content), server.share("good.bin", content)}).urn, urn_of(content));
}

TEST_F(SourcesTest, ClosesAtOnce) {
    ScriptedSource source = saying("");
    expect_failure(source.hit_for(content), Error::source_closed);
    EXPECT_GE(source.connections(), 4) << "alone three times, and beside another";
    EXPECT_LE(source.connections(), 6) << "never more than three times";
}

TEST_F(SourcesTest, DoesNotSpeakHttp) {
    ScriptedSource source = saying("{\"type\": \"PING\"}\n");
    expect_failure(source.hit_for(content), Error::source_answer);
}

TEST_F(SourcesTest, SendsAHeaderWithoutEnd) {
    ScriptedSource source = saying("HTTP/1.1 200 OK\r\nX: " + std::string(1'000'000, 'x'));
    expect_failure(source.hit_for(content), Error::source_answer);
}

TEST_F(SourcesTest, NoLongerHasTheFile) {
    ScriptedSource source = saying("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    expect_failure(source.hit_for(content), Error::source_lacks_file);
    EXPECT_EQ(source.connections(), 2) << "is not asked again";
}

TEST_F(SourcesTest, IsBusy) {
    ScriptedSource source = saying("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    expect_failure(source.hit_for(content), Error::source_busy);
}

TEST_F(SourcesTest, SendsElsewhere) {
    ScriptedSource source = saying("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:22/\r\nContent-Length: 0\r\n\r\n");
    expect_failure(source.hit_for(content), Error::source_answer);
}

TEST_F(SourcesTest, HasAFileOfAnotherSize) {
    ScriptedSource source = saying(ScriptedSource::partial_content(content + "x", 0, content.size() + 1));
    // Without a tree nobody knows how long the file is, so it is fetched as the source says that it is.
    expect_failure(source.hit_for(content), Error::hash_mismatch);
}

TEST_F(SourcesTest, SaysEachTimeThatItsFileHasAnotherSize) {
    int requests = 0;
    ScriptedSource source([this, &requests](Tcp::socket& socket, const std::string&) {
        const std::string longer = content + std::string(static_cast<std::size_t>(++requests), 'x');
        ScriptedSource::send(socket, ScriptedSource::partial_content(longer, 0, longer.size()));
    });
    expect_failure(source.hit_for(content), Error::size_mismatch);
}

TEST_F(SourcesTest, SendsARangeThatWasNotAskedFor) {
    ScriptedSource source = saying(ScriptedSource::partial_content(content, 1, content.size() - 1));
    expect_failure(source.hit_for(content), Error::source_answer);
}

TEST_F(SourcesTest, SendsAnotherFile) {
    const std::string other(content.size(), 'x');
    ScriptedSource source = saying(ScriptedSource::partial_content(other, 0, other.size()));
    EXPECT_EQ(downloads.error_of_fetching({source.hit_for(content)}), Error::hash_mismatch);
    EXPECT_THAT(downloads.names(), IsEmpty()) << "nothing of it is kept";
    expect_failure(source.hit_for(content), Error::hash_mismatch);
}

TEST_F(SourcesTest, ClosesInTheMiddleAgainAndAgain) {
    ScriptedSource source([this](Tcp::socket& socket, const std::string& request) {
        const std::uint64_t first = ScriptedSource::first_byte_asked(request);
        const std::string answer = ScriptedSource::partial_content(content, first, content.size() - first);
        ScriptedSource::send(socket, answer.substr(0, 200'000));
    });
    const DownloadedFile file = downloads.fetch({source.hit_for(content)});
    EXPECT_EQ(downloads.folder().read("scripted.bin"), content);
    EXPECT_EQ(file.resumed, 0);
    EXPECT_GT(source.connections(), 9) << "more often than a source may fail that gives nothing";
}

TEST_F(SourcesTest, ServesInPiecesOnOneConnection) {
    ScriptedSource source([this](Tcp::socket& socket, std::string request) {
        while (!request.empty()) {
            const std::uint64_t first = ScriptedSource::first_byte_asked(request);
            const std::uint64_t length = std::min<std::uint64_t>(300'000, content.size() - first);
            ScriptedSource::send(socket, ScriptedSource::partial_content(content, first, length));
            request = ScriptedSource::read_head(socket);
        }
    });
    downloads.fetch({source.hit_for(content)});
    EXPECT_EQ(downloads.folder().read("scripted.bin"), content);
    EXPECT_EQ(source.connections(), 1);
}

TEST_F(SourcesTest, ServesAPieceForEachConnection) {
    ScriptedSource source([this](Tcp::socket& socket, const std::string& request) {
        const std::uint64_t first = ScriptedSource::first_byte_asked(request);
        const std::uint64_t length = std::min<std::uint64_t>(300'000, content.size() - first);
        std::string answer = ScriptedSource::partial_content(content, first, length);
        answer.insert(answer.find("\r\n") + 2, "Connection: close\r\n");
        ScriptedSource::send(socket, answer);
    });
    downloads.fetch({source.hit_for(content)});
    EXPECT_EQ(downloads.folder().read("scripted.bin"), content);
    EXPECT_EQ(source.connections(), 7);
}

TEST_F(SourcesTest, KnowsNoRanges) {
    int requests = 0;
    ScriptedSource source([this, &requests](Tcp::socket& socket, const std::string&) {
        const std::string head = "HTTP/1.0 200 OK\r\n\r\n";
        ScriptedSource::send(socket, ++requests == 1 ? head + content.substr(0, 700'000) : head + content);
    });
    downloads.fetch({source.hit_for(content)});
    EXPECT_EQ(downloads.folder().read("scripted.bin"), content);
    EXPECT_EQ(downloads.counters().bytes_downloaded, content.size() + 700'000) << "what it has is sent once more";
}

TEST_F(SourcesTest, KnowsNoRangesAndNeverGetsFurther) {
    ScriptedSource source([this](Tcp::socket& socket, const std::string&) {
        ScriptedSource::send(socket, "HTTP/1.0 200 OK\r\nContent-Length: " + std::to_string(content.size()) +
                                         "\r\n\r\n" + content.substr(0, 100'000));
    });
    EXPECT_EQ(downloads.error_of_fetching({source.hit_for(content)}), Error::source_closed);
}

TEST_F(SourcesTest, SendsMoreThanItSaid) {
    ScriptedSource source =
        saying(ScriptedSource::partial_content(content, 0, content.size()) + std::string(100'000, 'x'));
    downloads.fetch({source.hit_for(content)});
    EXPECT_EQ(downloads.folder().read("scripted.bin"), content);
}

TEST_F(SourcesTest, AnnouncesItsAnswerFirst) {
    ScriptedSource source = saying("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
                                   ScriptedSource::partial_content(content, 0, content.size()));
    downloads.fetch({source.hit_for(content)});
    EXPECT_EQ(downloads.folder().read("scripted.bin"), content);
}

TEST_F(SourcesTest, SendsHalfOfAnotherFileAndLeavesTheRestToAGoodOne) {
    const std::string other(content.size(), 'x');
    ScriptedSource bad([&other](Tcp::socket& socket, const std::string& request) {
        const std::uint64_t first = ScriptedSource::first_byte_asked(request);
        if (first == 0) {
            const std::string answer = ScriptedSource::partial_content(other, 0, other.size());
            ScriptedSource::send(socket, answer.substr(0, answer.size() / 2));
        }
    });
    const Hit good = server.share("good.bin", content);
    const DownloadedFile file = downloads.fetch({bad.hit_for(content), good});
    EXPECT_EQ(file.urn, urn_of(content));
    EXPECT_THAT(file.sources, ElementsAre(good.source)) << "those that the good bytes came from";
}

TEST_F(SourcesTest, AreThoseOfOneFileOnly) {
    ScriptedSource other = saying("");
    const DownloadedFile file = downloads.fetch({server.share("good.bin", content), other.hit_for("another file")});
    EXPECT_EQ(file.urn, urn_of(content));
    EXPECT_EQ(downloads.error_of_fetching({nobody(), other.hit_for("another file")}), Error::cannot_connect);
    EXPECT_EQ(other.connections(), 0);
}

TEST_F(SourcesTest, CanBeAddedWhileItRuns) {
    std::promise<void> added;
    ScriptedSource source([done = added.get_future().share()](Tcp::socket&, const std::string&) { done.wait(); });
    Hit first = source.hit_for(content);
    Download download = downloads.start({first});
    download.add_source(server.share("good.bin", content));
    added.set_value();
    EXPECT_EQ(downloads.fetch(download).urn, urn_of(content));
}

}  // namespace
}  // namespace gnutella::test
