#include "transfer_bench.hpp"

#include "file_stamp.hpp"
#include "store/store.hpp"
#include "transfer/available_ranges.hpp"
#include "transfer/thex.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>

// Trees, files that are still on their way here, and who else has a file: what a swarm needs of a server.

namespace gnutella::test {
namespace {

using testing::StartsWith;

constexpr std::size_t block = 64 * 1024;

// Files that are being downloaded, as a test has them.
class TestPartialFiles final : public transfer::PartialFiles {
  public:
    TestPartialFiles(std::filesystem::path path, transfer::PartialFile file, HashTree tree)
        : path_(std::move(path)), file_(std::move(file)), tree_(std::move(tree)) {}

    std::optional<transfer::PartialFile> find(const Urn& urn) override {
        return urn.same_file(file_.urn) ? std::optional(file_) : std::nullopt;
    }
    int open(const transfer::PartialFile&, error_code& error) override {
        const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
        error = descriptor < 0 ? error_code(Error::file_unreadable) : error_code{};
        return descriptor;
    }
    std::optional<HashTree> tree(const transfer::PartialFile&) override { return tree_; }

  private:
    std::filesystem::path path_;
    transfer::PartialFile file_;
    HashTree tree_;
};

struct SharingTest : testing::Test {
    Threads threads;
    const std::string content = content_of(5 * block + 7);
    const HashedContent hashes = hashed(content);
    const std::string file_target = "/uri-res/N2R?" + hashes.urn.sha1_string();
    const std::string tree_target = "/uri-res/N2X?" + hashes.urn.sha1_string();
    TestServer server{threads};

    std::optional<HashTree> read_tree(const std::string& message) const {
        auto result = transfer::read_thex(std::as_bytes(std::span(message)), content.size(), *hashes.urn.tiger());
        auto* tree = std::get_if<HashTree>(&result);
        return tree == nullptr ? std::nullopt : std::optional(std::move(*tree));
    }

    // The file is on its way: its second and third blocks are there.
    void begin_download() {
        std::string part(content.size(), '\0');
        part.replace(block, 2 * block, content, block, 2 * block);
        server.folder().write("file.part", part);
        transfer::PartialFile file;
        file.name = "file.bin";
        file.size = content.size();
        file.urn = hashes.urn;
        file.verified = {{block, 2 * block}};
        server.server().share_partial_files(
            std::make_shared<TestPartialFiles>(server.folder().path() / "file.part", file, hashes.tree));
    }
};

TEST_F(SharingTest, ATreeIsFetchedAndVerifiesEachBlock) {
    server.share("file.bin", content);
    RawClient client(server.endpoint());
    const auto response = client.get(tree_target);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.field("Content-Type"), "application/dime");
    const auto tree = read_tree(response.body);
    ASSERT_TRUE(tree);
    for (std::size_t index = 0; index < 6; ++index) {
        const std::string piece = content.substr(index * block, block);
        EXPECT_TRUE(tree->matches(index, tiger_root_of(std::as_bytes(std::span(piece))))) << index;
    }
    EXPECT_EQ(server.counters().trees_sent, 1);
    EXPECT_EQ(client.get(file_target, "Range: bytes=0-9\r\n").body, content.substr(0, 10))
        << "and the connection goes on";
}

TEST_F(SharingTest, ATreeIsWhereTheAnswerWithTheFileSaysItIs) {
    server.share("file.bin", content);
    RawClient client(server.endpoint());
    const std::string uri = client.get(file_target, "Range: bytes=0-9\r\n").field("X-Thex-URI");
    EXPECT_THAT(uri, StartsWith(tree_target + ";"));
    EXPECT_EQ(read_tree(client.get(uri).body), hashes.tree);
}

TEST_F(SharingTest, ATreeOfNoFileIsNotThereAndOneThatIsNotComputedYetIsLater) {
    server.folder().write("file.bin", content);
    server.catalogue().add(server.folder().path() / "file.bin", hashes.urn);  // without its tree
    RawClient client(server.endpoint());
    EXPECT_EQ(client.get("/uri-res/N2X?urn:sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status, 404);
    const auto later = client.get(tree_target);
    EXPECT_EQ(later.status, 503);
    EXPECT_FALSE(later.field("Retry-After").empty());
    EXPECT_EQ(server.counters().trees_not_known, 1);
    EXPECT_EQ(server.catalogue().trees_wanted(), 1);
    EXPECT_EQ(server.counters().trees_sent, 0);
}

TEST_F(SharingTest, ATreeHasNoBodyForHead) {
    server.share("file.bin", content);
    RawClient client(server.endpoint());
    client.send("HEAD " + tree_target + " HTTP/1.1\r\nHost: here\r\n\r\n");
    const auto head = client.receive(RawClient::Body::none);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.field("Content-Length"), std::to_string(client.get(tree_target).body.size()));
}

TEST_F(SharingTest, AFileOnItsWayIsServedAsFarAsItIsVerified) {
    begin_download();
    RawClient client(server.endpoint());
    const auto part = client.get(file_target, "Range: bytes=70000-\r\n");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, content.substr(70'000, 3 * block - 70'000));
    EXPECT_EQ(part.field("Content-Range"),
              "bytes 70000-" + std::to_string(3 * block - 1) + "/" + std::to_string(content.size()));
    const auto missing = client.get(file_target, "Range: bytes=0-99\r\n");
    EXPECT_EQ(missing.status, 416);
    EXPECT_EQ(transfer::parse_available_ranges(missing.field("X-Available-Ranges"), content.size()),
              (std::vector<transfer::ByteRange>{{block, 2 * block}}));
    EXPECT_EQ(client.get(file_target).status, 503);
    EXPECT_EQ(read_tree(client.get(tree_target).body), hashes.tree);
}

TEST_F(SharingTest, AFileOnItsWayIsServedWhileItIsWritten) {
    begin_download();
    RawClient client(server.endpoint());
    for (std::size_t round = 0; round < 20; ++round) {
        std::fstream file(server.folder().path() / "file.part", std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(4 * block + round));
        file << "x" << std::flush;
        EXPECT_EQ(client.get(file_target, "Range: bytes=65536-196607\r\n").body, content.substr(block, 2 * block));
    }
}

TEST_F(SharingTest, AFileOnItsWayThatIsGoneIsNotThere) {
    begin_download();
    std::filesystem::remove(server.folder().path() / "file.part");
    RawClient client(server.endpoint());
    EXPECT_EQ(client.get(file_target, "Range: bytes=65536-\r\n").status, 404);
    server.server().share_partial_files(nullptr);
    EXPECT_EQ(client.get(file_target, "Range: bytes=65536-\r\n").status, 404);
}

TEST(PartRegistry, OpensTheVeryPartThatWasFound) {
    const TemporaryFolder folder;
    folder.write("first", "all of it");
    folder.write("second", "a bit of it");
    net::PartRegistry registry;
    std::uint64_t download = 0;
    std::vector<int> descriptors;
    for (const char* name : {"first", "second"}) {
        net::PartRegistry::Part part;
        part.verified = {{0, 4}};
        part.descriptor = ::open((folder.path() / name).c_str(), O_RDONLY | O_CLOEXEC);
        descriptors.push_back(part.descriptor);
        registry.publish(++download, std::move(part));
    }
    const auto opens = [&registry](const transfer::PartialFile& file) {
        error_code error;
        const int descriptor = registry.open(file, error);
        ::close(descriptor);
        return !error;
    };
    const auto found = registry.find(Urn{Sha1{}});
    ASSERT_TRUE(found);
    EXPECT_TRUE(opens(*found));
    registry.withdraw(1);
    EXPECT_FALSE(opens(*found)) << "it would be another's";
    net::PartRegistry::Part anew;
    anew.verified = {{0, 2}};
    anew.descriptor = descriptors.front();
    registry.publish(1, std::move(anew));
    EXPECT_FALSE(opens(*found)) << "what was there before is not there now";
    EXPECT_TRUE(opens(registry.find(Urn{Sha1{}}).value()));
    for (const int descriptor : descriptors) {
        ::close(descriptor);
    }
}

TEST_F(SharingTest, OtherSourcesAreLearntFromAskersAndToldToOthers) {
    server.share("file.bin", content);
    RawClient first(server.endpoint(), "127.0.0.2");
    const auto nothing = first.get(file_target, "Range: bytes=0-9\r\nX-Alt: 127.0.0.2:7001, 9.9.9.9\r\n");
    EXPECT_EQ(nothing.field("X-Alt"), "") << "what he has said himself";
    RawClient second(server.endpoint(), "127.0.0.3");
    EXPECT_EQ(second.get(file_target, "Range: bytes=0-9\r\n").field("X-Alt"), "9.9.9.9:6346,127.0.0.2:7001");
    const auto introduced = server.server().alternates()->introduced(hashes.urn);
    EXPECT_EQ(transfer::alternate_locations_text(introduced), "127.0.0.2:7001") << "who has spoken for himself";
    second.get(file_target, "Range: bytes=0-9\r\nX-NAlt: 9.9.9.9:6346\r\n");
    EXPECT_EQ(second.get(file_target, "Range: bytes=0-9\r\n").field("X-Alt"), "127.0.0.2:7001");
}

TEST_F(SharingTest, OurOwnDownloadsAreToldAsSources) {
    begin_download();
    Hit source;
    source.source = {"127.0.0.9", 8025};
    source.key = KeyHash{};
    server.server().alternates()->learn(hashes.urn, source);
    RawClient client(server.endpoint());
    const auto told = client.get(file_target, "Range: bytes=65536-65536\r\n");
    EXPECT_EQ(told.field("X-Alt"), "127.0.0.9:8025");
    EXPECT_EQ(told.field("X-Alt-Quic"), "127.0.0.9:8025=" + KeyHash{}.to_string());
    server.server().alternates()->forget(hashes.urn, {"127.0.0.9", 8025});
    EXPECT_EQ(client.get(file_target, "Range: bytes=65536-65536\r\n").field("X-Alt"), "");
}

TEST(NodeTrees, AreServedOfWhatANodeShares) {
    const std::string content = content_of(3 * block);
    const HashedContent hashes = hashed(content);
    Threads threads;
    Node node(threads);
    node.share().write("file.bin", content);
    node.start();
    RawClient client(node.endpoint());
    const auto response = client.get("/uri-res/N2X?" + hashes.urn.sha1_string());
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, transfer::write_thex(hashes.tree));
    EXPECT_EQ(node.status().counters.trees_sent, 1U);
}

TEST(NodeTrees, AreComputedWhenTheyAreWantedOfWhatWasHashedBeforeTreesWereKept) {
    const std::string content = content_of(3 * block);
    const HashedContent hashes = hashed(content);
    Threads threads;
    const TemporaryFolder state;
    Settings settings = quick_settings();
    settings.state_folder = state.path();
    Node node(threads, settings);
    node.share().write("file.bin", content);
    const auto path = std::filesystem::canonical(node.share().path() / "file.bin");
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    error_code error;
    store::Store::open(state.path(), error)
        ->remember({"file.bin", path, content.size(), FileStamp::of(status).modified, hashes.urn});
    node.start();
    RawClient client(node.endpoint());
    const std::string target = "/uri-res/N2X?" + hashes.urn.sha1_string();
    auto response = client.get(target);
    EXPECT_EQ(response.status, 503) << "it is shared without having been read";
    EXPECT_TRUE(eventually([&] {
        response = client.get(target);
        return response.status != 503;
    }));
    EXPECT_EQ(response.body, transfer::write_thex(hashes.tree));
    EXPECT_EQ(client.get("/uri-res/N2R?" + hashes.urn.sha1_string()).body, content);
}

TEST(Alternates, DoNotBelieveAStrangerWhatHeCannotKnow) {
    const auto counters = std::make_shared<net::TransferCounters>();
    net::Alternates alternates(10, counters);
    const Urn urn{Sha1{}};
    const auto text = [](const auto& locations) { return transfer::alternate_locations_text(locations); };
    const auto believed = alternates.hear(urn, {"8.8.8.8", 1}, {"10.0.0.1:80,127.0.0.1:80,9.9.9.9:80", {}, {}});
    EXPECT_EQ(text(believed), "9.9.9.9:80");
    alternates.hear(urn, {"2001:db8::1", 1}, {"192.168.0.1:80", {}, {}});
    EXPECT_EQ(counters->alternates_refused, 3);
    EXPECT_EQ(text(alternates.introduced(urn)), "") << "nobody has spoken for himself";
    alternates.hear(urn, {"127.0.0.1", 1}, {"127.0.0.1:80", {}, {}});
    EXPECT_EQ(text(alternates.tell(urn, {"8.8.8.8", 1}, {})), "9.9.9.9:80");
    EXPECT_EQ(text(alternates.tell(urn, {"127.0.0.2", 1}, {})), "127.0.0.1:80,9.9.9.9:80");
}

TEST(Alternates, TakeKeysFromTheHeaderBeside) {
    net::Alternates alternates(10, std::make_shared<net::TransferCounters>());
    const Urn urn{Sha1{}};
    const std::string keyed = "9.9.9.9:80=" + KeyHash{}.to_string();
    const auto heard = alternates.hear(urn, {"9.9.9.9", 1}, {"9.9.9.9:80,8.8.8.8:80", keyed, {}});
    EXPECT_EQ(transfer::quic_locations_text(heard), keyed);
    EXPECT_EQ(heard.size(), 2U);
    EXPECT_EQ(transfer::quic_locations_text(alternates.introduced(urn)), keyed);
}

}  // namespace
}  // namespace gnutella::test
