#include "transfer_bench.hpp"

#include <gmock/gmock.h>

#include <set>

// Lists of all files: what others get of ours, and what we make of theirs.

namespace gnutella::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int few = 150;  // more than one Query Hit has

struct BrowseTest : testing::Test {
    Threads threads;

    static void share_files(const Node& node, int count) {
        for (int number = 0; number < count; ++number) {
            node.share().write("file " + std::to_string(number) + ".txt", "content " + std::to_string(number));
        }
    }

    static std::vector<Hit> all_of(Query list) {
        std::vector<Hit> hits;
        while (auto hit = get(list.async_next(boost::asio::use_future))) {
            hits.push_back(std::move(*hit));
        }
        return hits;
    }

    static error_code error_of_browsing(Node& node, const Endpoint& whom) {
        return error_of(node->browse(whom).async_next(boost::asio::use_future));
    }

    static Settings keeping(std::size_t hits) {
        Settings settings = quick_settings();
        settings.max_hits_per_query = hits;
        return settings;
    }

    static Endpoint endpoint_of(const ScriptedSource& source) { return source.hit_for("x").source; }
};

TEST_F(BrowseTest, NamesEveryFileOnce) {
    Node owner(threads);
    share_files(owner, few);
    owner.start();
    Node visitor(threads);
    visitor.start();
    const auto hits = all_of(visitor->browse(owner.endpoint()));
    std::set<std::string> names;
    for (const Hit& hit : hits) {
        names.insert(hit.name);
        EXPECT_EQ(hit.source, owner.endpoint());
        EXPECT_EQ(hit.peer, owner->identity());
        EXPECT_EQ(hit.client, "libgnutella");
    }
    EXPECT_EQ(hits.size(), few);
    EXPECT_EQ(names.size(), few);
    EXPECT_EQ(owner.status().counters.browsed, 1U);
}

TEST_F(BrowseTest, GivesHitsThatCanBeFetched) {
    Node owner(threads);
    owner.share().write("a \xC3\xA9 & b.txt", "the content");
    owner.start();
    Node visitor(threads);
    visitor.start();
    const auto hits = all_of(visitor->browse(owner.endpoint()));
    ASSERT_EQ(hits.size(), 1U);
    const auto file = get(visitor->async_download(hits[0], visitor.downloads().path(), boost::asio::use_future));
    EXPECT_EQ(visitor.downloads().read("a \xC3\xA9 & b.txt"), "the content");
    EXPECT_EQ(file.verification, Verification::verified);
}

TEST_F(BrowseTest, ReadsNoFasterThanHitsAreTaken) {
    Node owner(threads);
    share_files(owner, few);
    owner.start();
    Node visitor(threads, keeping(10));
    visitor.start();
    EXPECT_EQ(all_of(visitor->browse(owner.endpoint())).size(), few) << "none is dropped for lack of room";
}

TEST_F(BrowseTest, EndsWhenNobodyTakesMore) {
    Node owner(threads);
    share_files(owner, few);
    owner.start();
    Node visitor(threads, keeping(10));
    visitor.start();
    {
        Query list = visitor->browse(owner.endpoint());
        EXPECT_TRUE(get(list.async_next(boost::asio::use_future)));
    }
    Query list = visitor->browse(owner.endpoint());
    EXPECT_TRUE(get(list.async_next(boost::asio::use_future)));
    list.cancel();
    visitor.stop();
}

TEST_F(BrowseTest, EndsWithThePeer) {
    ScriptedSource silent([](Tcp::socket& socket, const std::string&) { ScriptedSource::wait_for_end(socket); });
    Node visitor(threads);
    visitor.start();
    Query list = visitor->browse(endpoint_of(silent));
    auto next = list.async_next(boost::asio::use_future);
    visitor.stop();
    EXPECT_EQ(error_of(std::move(next)), Error::stopped);
    EXPECT_EQ(error_of_browsing(visitor, endpoint_of(silent)), Error::stopped);
}

TEST_F(BrowseTest, OfNobodySaysSo) {
    Node visitor(threads);
    EXPECT_EQ(error_of_browsing(visitor, {"127.0.0.1", 1}), Error::not_started);
    visitor.start();
    EXPECT_EQ(error_of_browsing(visitor, {"127.0.0.1", 1}), Error::cannot_connect);
}

TEST_F(BrowseTest, OfWhoGivesNoListSaysSo) {
    Node visitor(threads);
    visitor.start();
    const auto answered = [&](const std::string& answer) {
        ScriptedSource source([&](Tcp::socket& socket, const std::string&) { ScriptedSource::send(socket, answer); });
        return error_of_browsing(visitor, endpoint_of(source));
    };
    const std::string list = "HTTP/1.1 200 OK\r\nContent-Type: application/x-gnutella-packets\r\n";
    EXPECT_EQ(answered("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), Error::not_browsable);
    EXPECT_EQ(answered("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\nx"),
              Error::not_browsable);
    EXPECT_EQ(answered("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), Error::source_busy);
    EXPECT_EQ(answered("no HTTP\r\n\r\n"), Error::source_answer);
    EXPECT_EQ(answered(""), Error::source_closed);
    EXPECT_EQ(answered(list + "Content-Length: 100\r\n\r\nshort"), Error::source_closed);
    EXPECT_EQ(answered(list + "Connection: close\r\n\r\nshort"), Error::source_closed);
    EXPECT_EQ(answered(list + "Connection: close\r\n\r\n" + std::string(100, '\xFF')), Error::source_answer);
    EXPECT_EQ(answered(list + "Content-Encoding: deflate\r\nConnection: close\r\n\r\nno zlib"), Error::source_answer);
    ScriptedSource silent([](Tcp::socket& socket, const std::string&) { ScriptedSource::wait_for_end(socket); });
    Settings settings = quick_settings();
    settings.transfer_timeout = std::chrono::milliseconds(300);
    Node impatient(threads, settings);
    impatient.start();
    EXPECT_EQ(error_of_browsing(impatient, endpoint_of(silent)), Error::source_timed_out);
}

TEST_F(BrowseTest, ListOfAnEmptyPeerIsEmpty) {
    Node owner(threads);
    owner.start();
    Node visitor(threads);
    visitor.start();
    EXPECT_TRUE(all_of(visitor->browse(owner.endpoint())).empty());
}

// ---- what others get ----

TEST_F(BrowseTest, IsAPageForABrowser) {
    Node owner(threads);
    owner.share().write("<b>.txt", "bold");
    owner.start();
    RawClient client(owner.endpoint());
    client.send("GET / HTTP/1.0\r\nAccept: text/html\r\n\r\n");
    std::string page;
    error_code end;
    boost::asio::read(client.socket(), boost::asio::dynamic_buffer(page), end);
    EXPECT_EQ(end, boost::asio::error::eof) << "the end of the connection is that of the page";
    EXPECT_THAT(page, HasSubstr("\r\nContent-Type: text/html; charset=utf-8\r\n"));
    EXPECT_THAT(page, HasSubstr("/%3Cb%3E.txt\">&lt;b&gt;.txt</a>"));
    EXPECT_THAT(page, Not(HasSubstr("<b>")));
    const std::size_t link = page.find("<a href=\"") + 9;
    const std::string target = page.substr(link, page.find('"', link) - link);
    EXPECT_EQ(RawClient(owner.endpoint()).get(target).body, "bold") << "its links lead to the files";
}

TEST_F(BrowseTest, KeepsTheConnection) {
    Node owner(threads);
    owner.share().write("a.txt", "a");
    owner.start();
    RawClient client(owner.endpoint());
    for (int time = 0; time < 2; ++time) {
        client.send("HEAD / HTTP/1.1\r\nHost: x\r\nAccept: application/x-gnutella-packets\r\n\r\n");
        const auto head = client.receive(RawClient::Body::none);
        EXPECT_EQ(head.status, 200);
        EXPECT_EQ(head.field("Transfer-Encoding"), "chunked");
    }
    EXPECT_EQ(client.get("/", "Accept: application/x-gnutella2\r\n").status, 406);
    EXPECT_EQ(client.get("/uri-res/N2R?" + urn_of("a").sha1_string()).body, "a");
}

// ---- files by number ----

TEST_F(BrowseTest, FilesAreHadByNumberAndNameAlone) {
    Node owner(threads);
    owner.share().write("a.txt", "the file");
    owner.start();
    const auto hits = all_of(owner->browse(owner.endpoint()));
    ASSERT_EQ(hits.size(), 1U);
    const std::string number = std::to_string(hits[0].index);
    RawClient client(owner.endpoint());
    EXPECT_EQ(client.get("/get/" + number + "/a.txt").body, "the file");
    EXPECT_EQ(client.get("/get/" + number + "/%61.txt", "Range: bytes=4-\r\n").body, "file");
    for (const std::string& target :
         {"/get/" + number + "/b.txt", "/get/" + number + "/A.TXT", std::string("/get/9999/a.txt"),
          std::string("/get/../../etc/passwd"), "/get/" + number + "/../../../../etc/passwd",
          "/get/" + number + "/..%2f..%2fetc%2fpasswd", "/get/" + number + "/a.txt%00",
          std::string("/get/%2e%2e/a.txt"), "/get/" + number + "/%2e",
          "/get/" + number + "/" + (owner.share().path() / "a.txt").string()}) {
        const auto answer = client.get(target);
        EXPECT_EQ(answer.status, 404) << target;
        EXPECT_EQ(answer.body, "");
    }
}

}  // namespace
}  // namespace gnutella::test
