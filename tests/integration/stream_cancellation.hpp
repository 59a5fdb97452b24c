#pragma once

#include "node.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <condition_variable>
#include <cstddef>
#include <future>
#include <mutex>
#include <string>
#include <utility>

// How what a stream does is cancelled: from its own strand, where all that has to do with the operation runs.
// (use_future alone completes on threads of Asio's own, beside which no signal may be emitted.)

namespace gnutella::test {

/// Runs a coroutine on the executor, with the signal. It has reached its first operation when this returns.
template <class Work>
auto cancellable(boost::asio::cancellation_signal& signal, const boost::asio::any_io_executor& executor, Work work) {
    auto running = boost::asio::co_spawn(executor, std::move(work),
                                         boost::asio::bind_cancellation_slot(signal.slot(), boost::asio::use_future));
    std::promise<void> begun;
    boost::asio::post(executor, [&] { begun.set_value(); });
    get(begun.get_future());
    return running;
}

inline void cancel(boost::asio::cancellation_signal& signal, const boost::asio::any_io_executor& executor) {
    std::promise<void> emitted;
    boost::asio::post(executor, [&] {
        signal.emit(boost::asio::cancellation_type::terminal);
        emitted.set_value();
    });
    get(emitted.get_future());
}

/// Reads a byte that does not come, until it is cancelled.
template <class Stream>
void expect_reading_to_be_cancelled(Stream& stream) {
    boost::asio::cancellation_signal signal;
    std::string byte(1, '\0');
    auto reading = cancellable(signal, stream.get_executor(), [&]() -> boost::asio::awaitable<void> {
        const auto buffer = boost::asio::buffer(byte);
        co_await stream.async_read_some(buffer, boost::asio::use_awaitable);
    });
    cancel(signal, stream.get_executor());
    EXPECT_EQ(error_of(std::move(reading)), boost::asio::error::operation_aborted);
}

/// Writes until it is cancelled, and counts what is taken.
template <class Stream>
class EndlessWriter {
  public:
    EndlessWriter(Stream& stream, const std::string& content)
        : stream_(stream),
          writing_(cancellable(signal_, stream.get_executor(), [this, &content] { return write(content); })) {}

    void wait_until_taken(std::size_t bytes) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, patience, [&] { return taken_ >= bytes; })) {
            throw std::runtime_error("not so much was taken");
        }
    }
    bool has_ended() { return writing_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
    /// @return how much was taken in all.
    std::size_t cancel() {
        test::cancel(signal_, stream_.get_executor());
        EXPECT_EQ(error_of(std::move(writing_)), boost::asio::error::operation_aborted);
        return taken_;
    }

  private:
    boost::asio::awaitable<void> write(const std::string& content) {
        error_code error;
        while (!error && taken_ < content.size()) {
            const auto rest = boost::asio::buffer(content) + taken_;
            const auto [failed, count] =
                co_await stream_.async_write_some(rest, boost::asio::as_tuple(boost::asio::use_awaitable));
            const std::lock_guard lock(mutex_);
            taken_ += count;
            changed_.notify_all();
            error = failed;
        }
        if (error) {
            throw boost::system::system_error(error);
        }
    }

    Stream& stream_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t taken_ = 0;
    boost::asio::cancellation_signal signal_;
    std::future<void> writing_;
};

}  // namespace gnutella::test
