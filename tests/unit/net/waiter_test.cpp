#include "net/waiter.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gnutella::net {
namespace {

namespace asio = boost::asio;

class Waiters : public ::testing::Test {
  protected:
    std::shared_ptr<Waiter<std::string>> make() {
        auto handler = [this](error_code error, std::string result) {
            results_.emplace_back(error, std::move(result));
        };
        return Waiter<std::string>::make(
            {asio::bind_cancellation_slot(signal_.slot(), std::move(handler)), context_.get_executor()},
            [this] { ++told_; });
    }

    asio::io_context context_;
    asio::cancellation_signal signal_;
    std::vector<std::pair<error_code, std::string>> results_;
    int told_ = 0;  // that somebody has cancelled
};

TEST_F(Waiters, AreCompletedOnce) {
    const auto waiter = make();
    EXPECT_TRUE(waiter->waits());
    waiter->complete({}, "first");
    EXPECT_FALSE(waiter->waits());
    waiter->complete({}, "second");
    signal_.emit(asio::cancellation_type::terminal);
    EXPECT_TRUE(results_.empty()) << "the handler runs on its executor alone";
    context_.run();
    ASSERT_EQ(results_.size(), 1U);
    EXPECT_EQ(results_.front(), std::pair(error_code(), std::string("first")));
    EXPECT_EQ(told_, 0);
}

TEST_F(Waiters, ThatCancelAreToldAtOnceAndCanBeForgotten) {
    const auto waiter = make();
    signal_.emit(asio::cancellation_type::total);
    EXPECT_FALSE(waiter->waits());
    EXPECT_EQ(told_, 1);
    signal_.emit(asio::cancellation_type::terminal);
    waiter->complete({}, "too late");
    context_.run();
    ASSERT_EQ(results_.size(), 1U);
    EXPECT_EQ(results_.front().first, asio::error::operation_aborted);
    EXPECT_EQ(told_, 1);
}

TEST_F(Waiters, MayBeGoneWhenTheyAreCancelled) {
    make().reset();
    signal_.emit(asio::cancellation_type::terminal);
    EXPECT_EQ(told_, 0);
}

}  // namespace
}  // namespace gnutella::net
