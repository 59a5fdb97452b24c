#include "raw_peer.hpp"
#include "transfer_bench.hpp"

// What Peer::async_status says of files that could not be sent.

namespace gnutella::test {
namespace {

// A node that offers a file which is not where it was: the folder above the shared one was renamed, which nothing in
// the shared one tells of before it is looked for again.
class AFileThatIsGone : public testing::Test {
  protected:
    AFileThatIsGone() {
        around.write("above/shared/file.txt", content);
        Settings settings = quick_settings();
        settings.shares = {around.path() / "above" / "shared"};
        node.emplace(threads, settings);
        node->start();
        std::filesystem::rename(around.path() / "above", around.path() / "elsewhere");
    }

    Threads threads;
    const TemporaryFolder around;
    const std::string content = "what was there";
    std::optional<Node> node;
};

TEST_F(AFileThatIsGone, IsCountedWhenItIsAskedForOverHttp) {
    RawClient client(node->endpoint());
    EXPECT_EQ(client.get("/uri-res/N2R?" + urn_of(content).sha1_string()).status, 404);
    EXPECT_EQ(node->status().counters.files_not_shared, 1U);
}

TEST_F(AFileThatIsGone, IsCountedWhenALegacyPeerIsToGetIt) {
    RawPeer raw(node->endpoint());
    raw.greet_as_legacy();
    const auto ask = [&raw](const std::string& id) {
        raw.send(R"({"type": "QUERY", "host": "DESKTOP-3T", "port": )" + std::to_string(raw.datagram_port()) +
                 R"(, "file": "file.txt", "id": ")" + id + R"("})");
        raw.receive("QUERY-HIT");
    };
    std::uint64_t counted = 0;
    for (int asked = 0; asked < 500 && counted == 0; ++asked) {
        ask(std::to_string(asked));
        counted = node->status().counters.files_not_shared;
    }
    EXPECT_GE(counted, 1U);
    EXPECT_EQ(node->status().counters.raw_files_sent, 0U);
}

TEST(Counters, CountRequestsThatAreNone) {
    Threads threads;
    Node node(threads);
    node.start();
    RawClient client(node.endpoint());
    client.send("GET / HTTP/1.1\r\nX: " + std::string(10'000, 'x') + "\r\n\r\n");
    EXPECT_EQ(client.receive().status, 431);
    EXPECT_EQ(node.status().counters.bad_requests, 1U);
}

}  // namespace
}  // namespace gnutella::test
