// How a node begins and ends, and what those are told who wait meanwhile.

#include "node.hpp"
#include "raw_peer.hpp"
#include "raw_servent.hpp"

namespace gnutella::test {
namespace {

namespace asio = boost::asio;
using asio::use_future;

// A file that was written just now is not hashed before it has been left alone for as long.
Settings never_settled() {
    Settings settings = quick_settings();
    settings.share_settle_time = std::chrono::hours(1);
    return settings;
}

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

}  // namespace
}  // namespace gnutella::test
