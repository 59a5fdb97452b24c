// Each async operation of a node can be cancelled by itself: who waits is told, and what was waited for goes on.

#include "node.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>

namespace gnutella::test {
namespace {

namespace asio = boost::asio;
using asio::cancellation_type;
using asio::use_future;

constexpr std::array every_type{cancellation_type::terminal, cancellation_type::partial, cancellation_type::total};

// Starts an operation, cancels it, and gives what it completes with. Its handler runs here, where the signal is
// emitted.
template <class Initiate>
std::optional<error_code> cancelled(cancellation_type type, Initiate initiate) {
    asio::io_context here;
    asio::cancellation_signal signal;
    std::optional<error_code> result;
    auto handler = [&](error_code error, auto&&...) { result = error; };
    initiate(asio::bind_executor(here, asio::bind_cancellation_slot(signal.slot(), handler)));
    signal.emit(type);
    here.run_for(patience);
    return result;
}

TEST(Cancellation, OfWaitingForASessionsEndLeavesTheSession) {
    Threads threads;
    Node a(threads);
    Node b(threads);
    a.start();
    b.start();
    Session session = a.connect(b);
    auto other_wait = session.async_wait_closed(use_future);
    for (const cancellation_type type : every_type) {
        EXPECT_EQ(cancelled(type, [&](auto handler) { session.async_wait_closed(std::move(handler)); }),
                  asio::error::operation_aborted);
    }
    EXPECT_EQ(a.status().sessions.size(), 1U);
    b.stop();
    EXPECT_EQ(error_of(std::move(other_wait)), Error::left) << "who has not cancelled";
}

TEST(Cancellation, OfWaitingForASessionsEndByATimer) {
    Threads threads;
    Node a(threads);
    Node b(threads);
    a.start();
    b.start();
    Session session = a.connect(b);
    asio::io_context here;
    const auto wait = [&]() -> asio::awaitable<std::size_t> {
        using namespace asio::experimental::awaitable_operators;
        asio::steady_timer timer(here, std::chrono::milliseconds(1));
        const auto first =
            co_await (session.async_wait_closed(asio::use_awaitable) || timer.async_wait(asio::use_awaitable));
        co_return first.index();
    };
    auto ended = asio::co_spawn(here, wait, use_future);
    here.run_for(patience);
    ASSERT_EQ(ended.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    EXPECT_EQ(ended.get(), 1U);
}

TEST(Cancellation, OfWaitingForTheSharesLeavesThem) {
    Threads threads;
    Node node(threads, never_settled());
    node.share().write("fresh.txt", "fresh");
    get(node->async_start(use_future));
    for (const cancellation_type type : every_type) {
        EXPECT_EQ(cancelled(type, [&](auto handler) { node->async_shares_settled(std::move(handler)); }),
                  asio::error::operation_aborted);
    }
    auto other_wait = node->async_shares_settled(use_future);
    node.stop();
    EXPECT_EQ(error_of(std::move(other_wait)), Error::stopped);
}

// A Peer whose executor runs only when it is told to, so that nothing is done before it is cancelled.
class CancelledAtOnce : public ::testing::Test {
  protected:
    template <class Operation>
    error_code result_of(Operation operation) {
        std::optional<error_code> result;
        operation([&](error_code error, auto&&...) { result = error; });
        run_until(result);
        return result.value();
    }

    template <class Operation>
    void expect_aborted(Operation operation) {
        for (const cancellation_type type : every_type) {
            asio::cancellation_signal signal;
            std::optional<error_code> result;
            auto handler = [&](error_code error, auto&&...) { result = error; };
            operation(asio::bind_cancellation_slot(signal.slot(), handler));
            signal.emit(type);
            run_until(result);
            EXPECT_EQ(result, asio::error::operation_aborted);
        }
    }

    asio::io_context context_;
    TemporaryFolder folder_;
    Peer peer_{context_.get_executor(), quick_settings()};

  private:
    void run_until(const std::optional<error_code>& result) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        context_.restart();
        while (!result && context_.run_one_until(deadline) > 0) {
        }
        ASSERT_TRUE(result);
    }
};

TEST_F(CancelledAtOnce, AStartIsTakenBack) {
    expect_aborted([&](auto handler) { peer_.async_start(std::move(handler)); });
    EXPECT_EQ(peer_.local_endpoint().port, 0);
    EXPECT_EQ(result_of([&](auto handler) { peer_.async_shares_settled(handler); }), Error::not_started);
    EXPECT_EQ(result_of([&](auto handler) { peer_.async_start(handler); }), error_code());
    EXPECT_NE(peer_.local_endpoint().port, 0);
}

TEST_F(CancelledAtOnce, AStopGoesOn) {
    ASSERT_EQ(result_of([&](auto handler) { peer_.async_start(handler); }), error_code());
    expect_aborted([&](auto handler) { peer_.async_stop(std::move(handler)); });
    EXPECT_EQ(result_of([&](auto handler) { peer_.async_stop(handler); }), error_code());
    EXPECT_EQ(result_of([&](auto handler) { peer_.async_share(folder_.path(), handler); }), Error::stopped);
}

TEST_F(CancelledAtOnce, WhoAsksForSomethingIsTold) {
    ASSERT_EQ(result_of([&](auto handler) { peer_.async_start(handler); }), error_code());
    expect_aborted([&](auto handler) { peer_.async_share(folder_.path(), std::move(handler)); });
    expect_aborted([&](auto handler) { peer_.async_files(std::move(handler)); });
    expect_aborted([&](auto handler) { peer_.async_status(std::move(handler)); });
    EXPECT_EQ(result_of([&](auto handler) { peer_.async_share(folder_.path(), handler); }), error_code());
    EXPECT_EQ(result_of([&](auto handler) { peer_.async_files(handler); }), error_code());
    EXPECT_EQ(result_of([&](auto handler) { peer_.async_status(handler); }), error_code());
}

}  // namespace
}  // namespace gnutella::test
