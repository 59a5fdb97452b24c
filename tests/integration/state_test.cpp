#include "node.hpp"
#include "store/store.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <mutex>

// What a node does with its state folder.

namespace gnutella::test {
namespace {

using std::chrono::hours;
using std::chrono::system_clock;

Settings settings_with_state(const TemporaryFolder& state) {
    Settings settings = quick_settings();
    settings.state_folder = state.path();
    return settings;
}

SharedFile hashed_file(const std::string& path) {
    return {path, "/elsewhere/" + path, 100, 5, Urn(Sha1{1}, TigerRoot{2})};
}

bool is_known(const TemporaryFolder& state, const SharedFile& file) {
    error_code error;
    return store::Store::open(state.path(), error)->find(file.path, file.size, file.modified).has_value();
}

TEST(StateFolder, ADamagedDatabaseIsToldOfAndDoesNotKeepANodeFromStarting) {
    Threads threads;
    const TemporaryFolder state;
    state.write("gnutella.sqlite", std::string(5'000, 'x'));
    Node node(threads, settings_with_state(state));
    node.start();
    const auto trouble = node.wait_for<Trouble>();
    EXPECT_EQ(trouble.error, Error::state_damaged);
    EXPECT_EQ(trouble.subject, (state.path() / "gnutella.sqlite.corrupt-1").string());
    EXPECT_EQ(state.read("gnutella.sqlite.corrupt-1"), std::string(5'000, 'x'));
}

// What was logged; the node may still log when the test has ended.
struct Warnings {
    std::mutex mutex;
    std::vector<std::string> lines;
};

// Much of it, and its few pages are full.
void fill(const TemporaryFolder& state) {
    error_code error;
    const auto store = store::Store::open(state.path(), error);
    std::vector<SharedFile> files;
    for (int number = 0; number < 200; ++number) {
        files.push_back(hashed_file(std::to_string(number)));
    }
    store->remember(files);
}

TEST(StateFolder, OneThatIsFullIsToldOfOnceAndEachWriteThatFailsIsCounted) {
    Threads threads;
    const TemporaryFolder state;
    fill(state);
    Settings settings = settings_with_state(state);
    settings.max_state_size = 1;  // so it stays as large as it is
    const auto warnings = std::make_shared<Warnings>();
    settings.log = [warnings](LogLevel level, std::string_view line) {
        const std::scoped_lock lock(warnings->mutex);
        if (level == LogLevel::warning) {
            warnings->lines.emplace_back(line);
        }
    };
    Node node(threads, settings);
    std::atomic<int> told = 0;
    const auto subscription =
        node->subscribe([&told](const Event& event) { told += std::holds_alternative<Trouble>(event) ? 1 : 0; });
    for (int number = 0; number < 300; ++number) {
        node.share().write(std::to_string(number), std::to_string(number));
    }
    node.start();
    const auto trouble = node.wait_for<Trouble>();
    EXPECT_EQ(trouble.error, Error::state_full);
    EXPECT_EQ(trouble.subject, state.path().string());
    EXPECT_EQ(node.status().files, 300U) << "they are shared all the same";
    EXPECT_GT(node.status().counters.state_writes_failed, 10U);
    node.stop();
    EXPECT_EQ(told, 1);
    const std::scoped_lock lock(warnings->mutex);
    EXPECT_THAT(warnings->lines,
                testing::ElementsAre(testing::HasSubstr(state.path().string() + ": there is no room")));
}

class DurableDownload : public testing::Test {
  protected:
    DurableDownload() {
        source.share().write("song.ogg", "la la la");
        source.start();
    }

    // Of one file, with more sources than the state folder has room for.
    DownloadRequest request(const Node& node) {
        const auto file = get(source->async_files(boost::asio::use_future)).at(0);
        Hit hit;
        hit.name = file.name;
        hit.size = file.size;
        hit.urn = file.urn;
        hit.source = source.endpoint();
        hit.transports = {Transport::http};
        DownloadRequest wanted{std::vector<Hit>(500, hit), node.downloads().path(), {}};
        wanted.lifetime = DownloadRequest::Lifetime::durable;
        return wanted;
    }

    // Its owner is told, and it goes on.
    void expect_not_kept(Node& node, Error why) {
        const Download download = node->download(request(node));
        const auto about_it = [&](const Trouble& trouble) { return trouble.download == download.id(); };
        const auto trouble = node.wait_for<Trouble>(about_it);
        EXPECT_EQ(trouble.error, why);
        EXPECT_EQ(trouble.subject, "song.ogg");
        Download waited = download;
        get(waited.async_wait(boost::asio::use_future));
        EXPECT_EQ(node.downloads().read("song.ogg"), "la la la");
        EXPECT_EQ(node.status().counters.downloads_not_kept, 1U);
    }

    Threads threads;
    Node source{threads};
};

TEST_F(DurableDownload, ThatCannotBeWrittenDownTellsSoAndGoesOn) {
    const TemporaryFolder state;
    fill(state);
    Settings settings = settings_with_state(state);
    settings.max_state_size = 1;
    Node node(threads, settings);
    node.start();
    expect_not_kept(node, Error::download_not_kept);
}

TEST_F(DurableDownload, WithoutAStateFolderTellsSoAndGoesOn) {
    Node node(threads);
    node.start();
    expect_not_kept(node, Error::download_not_kept);
}

TEST_F(DurableDownload, BeyondTheirNumberTellsSoAndGoesOn) {
    const TemporaryFolder state;
    Settings settings = settings_with_state(state);
    settings.max_durable_downloads = 0;
    Node node(threads, settings);
    node.start();
    expect_not_kept(node, Error::too_many_durable);
}

TEST(StateFolder, HashesAreKeptAsLongAsTheSettingsSay) {
    Threads threads;
    const TemporaryFolder state;
    const SharedFile old = hashed_file("old");
    const SharedFile new_one = hashed_file("new");
    error_code error;
    const auto now = system_clock::now();
    store::Store::open(state.path(), error, [now] { return now - hours(72); })->remember(old);
    store::Store::open(state.path(), error, [now] { return now; })->remember(new_one);
    Settings settings = settings_with_state(state);
    settings.hash_lifetime = hours(24);
    {
        Node node(threads, settings);
        node.start();
        node.stop();
    }
    EXPECT_FALSE(is_known(state, old));
    EXPECT_TRUE(is_known(state, new_one));
}

TEST(StateFolder, HashesOfFilesThatWereNotSeenForHalfAYearAreForgotten) {
    Threads threads;
    const TemporaryFolder state;
    const SharedFile forgotten = hashed_file("forgotten");
    const SharedFile kept = hashed_file("kept");
    const SharedFile seen_today = hashed_file("seen today");
    error_code error;
    const auto now = system_clock::now();
    store::Store::open(state.path(), error, [now] { return now - hours(182 * 24); })->remember(forgotten);
    store::Store::open(state.path(), error, [now] { return now - hours(170 * 24); })->remember(kept);
    store::Store::open(state.path(), error, [now] { return now; })->remember(seen_today);
    {
        Node node(threads, settings_with_state(state));
        node.start();
        node.stop();
    }
    EXPECT_FALSE(is_known(state, forgotten));
    EXPECT_TRUE(is_known(state, kept));
}

}  // namespace
}  // namespace gnutella::test
