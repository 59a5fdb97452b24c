// How a node begins and ends, and what those are told who wait meanwhile.

#include "node.hpp"
#include "raw_peer.hpp"
#include "raw_servent.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>

namespace gnutella::test {
namespace {

namespace asio = boost::asio;
using asio::use_future;

Settings one_dialect() {
    Settings settings = never_settled();
    settings.dialects = {Dialect::json};
    settings.handshake_timeout = std::chrono::hours(1);
    settings.ping_interval = std::chrono::hours(1);
    return settings;
}

TEST(Lifetime, WhoWaitsIsToldWhenThePeerIsDestroyed) {
    Threads threads;
    Node other(threads);
    other.start();
    auto node = std::make_unique<Node>(threads, one_dialect());
    node->share().write("fresh.txt", "fresh");
    get(node->peer().async_start(use_future));
    Session session = node->connect(other);
    Session same = node->peer().session(session.id());
    RawListener silent;
    auto connecting = node->peer().async_connect(silent.endpoint(), use_future);
    RawPeer raw(silent.accept());
    ASSERT_TRUE(raw.receive("PING")) << "what is waited for is the PONG";
    auto closed = session.async_wait_closed(use_future);
    auto settled = node->peer().async_shares_settled(use_future);
    node.reset();
    EXPECT_EQ(error_of(std::move(connecting)), Error::stopped);
    EXPECT_EQ(error_of(std::move(closed)), Error::stopped);
    EXPECT_EQ(error_of(std::move(settled)), Error::stopped);
    EXPECT_EQ(error_of(session.async_wait_closed(use_future)), Error::stopped) << "asked later";
    EXPECT_EQ(error_of(same.async_wait_closed(use_future)), Error::stopped);
}

TEST(Lifetime, AStopThatThePeerDoesNotOutliveCompletes) {
    Threads threads;
    Settings settings = one_dialect();
    settings.bye_timeout = std::chrono::hours(1);
    RawListener silent;
    auto node = std::make_unique<Node>(threads, settings);
    get(node->peer().async_start(use_future));
    auto connecting = node->peer().async_connect(silent.endpoint(), use_future);
    RawPeer raw(silent.accept());  // and does not close when it is told BYE
    raw.welcome();
    const Session session = get(std::move(connecting));
    auto stopped = node->peer().async_stop(use_future);
    ASSERT_TRUE(raw.receive("BYE"));
    auto again = node->peer().async_stop(use_future);
    node.reset();
    EXPECT_EQ(error_of(std::move(stopped)), Error::stopped);
    EXPECT_EQ(error_of(std::move(again)), Error::stopped);
}

TEST(Lifetime, EndsWithThePeerAtAnyMoment) {
    Threads threads;
    for (int round = 0; round < 20; ++round) {
        auto node = std::make_unique<Node>(threads);
        auto started = node->peer().async_start(use_future);
        auto settled = node->peer().async_shares_settled(use_future);
        auto shared = node->peer().async_share(node->downloads().path(), use_future);
        auto stopped = node->peer().async_stop(use_future);
        node.reset();
        error_of(std::move(started));
        error_of(std::move(settled));
        error_of(std::move(shared));
        error_of(std::move(stopped));
    }
}

// ---- a context that is not run any more ----

// Waits for something in a coroutine of a context that is stopped then. @return whether its frame is gone with it.
template <class Wait>
bool is_freed(Wait wait) {
    auto frame = std::make_shared<int>();
    const std::weak_ptr<int> held = frame;
    {
        asio::io_context context;
        Peer peer(context, one_dialect());
        bool waits = false;
        asio::co_spawn(
            context,
            [&, frame = std::move(frame)]() -> asio::awaitable<void> {
                co_await peer.async_start(asio::use_awaitable);
                waits = true;
                co_await wait(peer);
            },
            asio::detached);
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (!waits && context.run_one_until(deadline) > 0) {
        }
        EXPECT_TRUE(waits);
        while (context.poll() > 0) {
        }
        EXPECT_FALSE(held.expired()) << "it waits";
    }
    return held.expired();
}

TEST(Lifetime, WhatWaitsIsFreedWithAContextThatIsNotRunAgain) {
    const RawListener silent;
    EXPECT_TRUE(is_freed([](Peer& peer) -> asio::awaitable<void> {
        Query query = peer.query("moon");
        co_await query.async_next(asio::use_awaitable);
    }));
    EXPECT_TRUE(is_freed([&silent](Peer& peer) -> asio::awaitable<void> {
        Query query = peer.browse(silent.endpoint());
        co_await query.async_next(asio::use_awaitable);
    }));
    const TemporaryFolder folder;
    EXPECT_TRUE(is_freed([&](Peer& peer) -> asio::awaitable<void> {
        Hit hit;
        hit.name = "moon.txt";
        hit.size = 100;
        hit.urn = Urn(Sha1{});
        hit.source = silent.endpoint();
        hit.transports = {Transport::http};
        Download download = peer.download({hit, folder.path()});
        co_await download.async_wait(asio::use_awaitable);
    }));
    EXPECT_TRUE(is_freed([&silent](Peer& peer) -> asio::awaitable<void> {
        co_await peer.async_connect(silent.endpoint(), asio::use_awaitable);
    }));
}

asio::awaitable<void> fetch(Peer& peer, std::string name, std::filesystem::path folder) {
    Query query = peer.query(std::move(name));
    const auto hit = co_await query.async_next(asio::use_awaitable);
    Download download = peer.download({hit.value(), std::move(folder)});
    co_await download.async_wait(asio::use_awaitable);
}

// Runs a context with a peer that shares large.bin until a transfer of it is under way, and destroys both.
// @param over how files are transferred.
// @param begin called when the peer has a session with the other one.
// @return whether all of the peer's is gone.
template <class Progress, class Begin>
bool is_freed_in_the_midst_of_a_transfer(Transport over, Node& other, Begin begin) {
    const TemporaryFolder share;
    share.write("large.bin", std::string(8'000'000, 'l'));
    auto held = std::make_shared<int>();
    const std::weak_ptr<int> lifetime = held;
    Settings settings = quick_settings();
    settings.transports = {over};
    settings.shares = {share.path()};
    settings.log = [held = std::move(held)](LogLevel, std::string_view) {};
    {
        asio::io_context context;
        Peer peer(context, std::exchange(settings, {}));
        bool under_way = false;
        const Subscription subscription = peer.subscribe(
            [&](const Event& event) { under_way = under_way || std::holds_alternative<Progress>(event); });
        auto work = [&]() -> asio::awaitable<void> {
            co_await peer.async_start(asio::use_awaitable);
            co_await peer.async_shares_settled(asio::use_awaitable);
            co_await peer.async_connect(other.endpoint(), asio::use_awaitable);
            co_await begin(peer);
        };
        asio::co_spawn(context, work(), asio::detached);
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (!under_way && context.run_one_until(deadline) > 0) {
        }
        EXPECT_TRUE(under_way);
    }
    return lifetime.expired();
}

TEST(Lifetime, TransfersAreFreedWithAContextThatIsNotRunAgain) {
    Threads threads;
    Settings slow = quick_settings();
    slow.upload_limit = slow.download_limit = 1'000'000;
    Node other(threads, slow);
    other.share().write("big.bin", std::string(8'000'000, 'b'));
    other.start();
    const TemporaryFolder folder;
    for (const Transport over : {Transport::quic, Transport::http}) {
        EXPECT_TRUE(is_freed_in_the_midst_of_a_transfer<DownloadProgress>(
            over, other, [&](Peer& peer) { return fetch(peer, "big", folder.path()); }));
        EXPECT_TRUE(
            is_freed_in_the_midst_of_a_transfer<UploadProgress>(over, other, [&](Peer&) -> asio::awaitable<void> {
                asio::co_spawn(threads.context(), fetch(other.peer(), "large", folder.path()), asio::detached);
                co_return;
            }));
    }
}

// ---- what a handler of the user's throws ----

struct Thrown : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Runs the context until then, and counts what comes out of run().
template <class Holds>
int run_until(asio::io_context& context, Holds holds) {
    int thrown = 0;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds() && std::chrono::steady_clock::now() < deadline) {
        try {
            context.run_one_until(deadline);
        } catch (const Thrown&) {
            ++thrown;
        }
    }
    EXPECT_TRUE(holds());
    return thrown;
}

TEST(Lifetime, GoesOnWhenAHandlerOfEventsOrLogLinesThrows) {
    Threads threads;
    Node other(threads);
    other.share().write("moon.txt", "moon");
    other.start();
    asio::io_context context;
    Settings settings = quick_settings();
    settings.log_level = LogLevel::debug;
    settings.log = [](LogLevel, std::string_view line) { throw Thrown(std::string(line)); };
    Peer peer(context.get_executor(), settings);
    const Subscription throws = peer.subscribe([](const Event&) { throw Thrown("an event"); });
    const Subscription does_nothing = peer.subscribe({});
    int opened = 0;
    const Subscription counts =
        peer.subscribe([&](const Event& event) { opened += std::holds_alternative<SessionOpened>(event); });

    std::optional<Session> session;
    peer.async_start([&](error_code error) {
        EXPECT_FALSE(error);
        peer.async_connect(other.endpoint(), [&](error_code failed, Session made) {
            EXPECT_FALSE(failed);
            session = std::move(made);
        });
    });
    EXPECT_GT(run_until(context, [&] { return session.has_value(); }), 0);
    ASSERT_TRUE(session);
    EXPECT_EQ(opened, 1) << "the other handler has had it too";

    Query query = peer.query("moon");
    std::optional<Hit> hit;
    query.async_next([&](error_code, std::optional<Hit> found) { hit = std::move(found); });
    EXPECT_GT(run_until(context, [&] { return hit.has_value(); }), 0) << "the event of the hit";
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->name, "moon.txt");

    bool stopped = false;
    peer.async_stop([&](error_code error) {
        EXPECT_FALSE(error);
        stopped = true;
    });
    EXPECT_GT(run_until(context, [&] { return stopped; }), 0) << "the event of the session's end";
}

// ---- a start that fails ----

TEST(Lifetime, AStartThatFailsStartsNothingAndCanBeTriedAgain) {
    Threads threads;
    Node first(threads);
    first.share().write("one.txt", "1");
    first.start();
    const TemporaryFolder state;
    Settings settings = quick_settings();
    settings.port = first.endpoint().port;
    settings.shares = {first.share().path()};
    settings.state_folder = state.path();
    Peer second(threads.context().get_executor(), settings);
    std::atomic<int> read = 0;
    const Subscription subscription =
        second.subscribe([&](const Event& event) { read += std::holds_alternative<ShareRead>(event); });

    EXPECT_EQ(error_of(second.async_start(use_future)), Error::port_in_use);
    // As long as it takes others to read that folder, and some longer.
    for (int count = 0; count < 5; ++count) {
        Settings same_share = quick_settings();
        same_share.shares = {first.share().path()};
        Node(threads, same_share).start();
    }
    EXPECT_EQ(read, 0);
    EXPECT_TRUE(get(second.async_files(use_future)).empty());
    EXPECT_EQ(error_of(second.async_shares_settled(use_future)), Error::not_started);

    first.stop();
    EXPECT_EQ(error_of(second.async_start(use_future)), error_code());
    get(second.async_shares_settled(use_future));
    EXPECT_EQ(get(second.async_files(use_future)).size(), 1U);
    EXPECT_EQ(read, 1);
}

TEST(Lifetime, AStartWithAFolderThatIsMissingSharesNoOther) {
    Threads threads;
    const TemporaryFolder folder;
    folder.write("there/one.txt", "1");
    Settings settings = quick_settings();
    settings.shares = {folder.path() / "there", folder.path() / "missing"};
    Peer peer(threads.context().get_executor(), settings);
    EXPECT_EQ(error_of(peer.async_start(use_future)), Error::folder_missing);
    std::filesystem::create_directory(folder.path() / "missing");
    std::filesystem::rename(folder.path() / "there", folder.path() / "elsewhere");
    EXPECT_EQ(error_of(peer.async_start(use_future)), Error::folder_missing);
    std::filesystem::rename(folder.path() / "elsewhere", folder.path() / "there");
    EXPECT_EQ(error_of(peer.async_start(use_future)), error_code());
    get(peer.async_shares_settled(use_future));
    EXPECT_EQ(get(peer.async_files(use_future)).size(), 1U);
}

}  // namespace
}  // namespace gnutella::test
