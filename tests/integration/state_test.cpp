#include "node.hpp"
#include "store/store.hpp"

#include <chrono>

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
