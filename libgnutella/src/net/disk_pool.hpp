#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace gnutella::net {

/// The way to the disk threads; outlives them, for those who learn late that they are gone.
class DiskQueue {
  public:
    enum class Admission : std::uint8_t { admitted, refused };

    /// @throws std::system_error when the system has no more threads.
    explicit DiskQueue(std::size_t threads);
    /// It must have been closed.
    ~DiskQueue() = default;
    DiskQueue(const DiskQueue&) = delete;
    DiskQueue& operator=(const DiskQueue&) = delete;

    /// Calls `task(Admission::admitted)` on one of the threads; `task(Admission::refused)`, there or at once, when the
    /// queue is closed before that.
    template <class Task>
    void submit(Task task) {
        std::unique_lock lock(mutex_);
        if (!closed_) {
            boost::asio::post(jobs_, [this, task = std::move(task)]() mutable { task(admission()); });
            return;
        }
        lock.unlock();
        task(Admission::refused);
    }

    /// Waits for the task that each thread runs, and refuses all others from now on.
    void close();

  private:
    Admission admission();

    std::mutex mutex_;
    bool closed_ = false;
    // Not Asio's thread_pool: it waits for ever for the threads that it has when another cannot be had.
    boost::asio::io_context jobs_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_{jobs_.get_executor()};
    std::vector<std::thread> threads_;
};

/// The threads on which everything happens that may wait for a disk: reading, writing, hashing, sendfile(2). Signals
/// go to the program's own threads, and SIGPIPE to nobody.
class DiskPool {
  public:
    explicit DiskPool(std::size_t threads) : queue_(std::make_shared<DiskQueue>(threads)) {}
    /// Not on one of the threads.
    ~DiskPool() { stop(); }
    DiskPool(const DiskPool&) = delete;
    DiskPool& operator=(const DiskPool&) = delete;

    /// Waits for the jobs that run; those that have not begun never do. Not on one of the threads.
    void stop() { queue_->close(); }

    const std::shared_ptr<DiskQueue>& queue() const noexcept { return queue_; }

  private:
    std::shared_ptr<DiskQueue> queue_;
};

/// Runs `job` on a disk thread and gives its result, on the executor of who waits. Throws what `job` throws, and
/// boost::system::system_error with operation_aborted when the pool is stopped. Cannot be cancelled: what `job` refers
/// to stays alive until it is done when it is part of the waiting coroutine. Its result must be default constructible.
template <class Job>
boost::asio::awaitable<std::invoke_result_t<Job&>> on_disk(std::shared_ptr<DiskQueue> queue, Job job) {
    using Result = std::invoke_result_t<Job&>;
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(std::exception_ptr, Result)>(
        [](auto handler, std::shared_ptr<DiskQueue> to, Job what) {
            // The executor must not run out of work while the job is elsewhere.
            auto executor = boost::asio::prefer(boost::asio::get_associated_executor(handler),
                                                boost::asio::execution::outstanding_work.tracked);
            to->submit([handler = std::move(handler), executor = std::move(executor),
                        what = std::move(what)](DiskQueue::Admission admission) mutable {
                std::exception_ptr failure;
                Result result{};
                try {
                    if (admission == DiskQueue::Admission::refused) {
                        throw boost::system::system_error(boost::asio::error::operation_aborted);
                    }
                    result = what();
                } catch (...) {
                    failure = std::current_exception();
                }
                boost::asio::post(executor,
                                  [handler = std::move(handler), failure, result = std::move(result)]() mutable {
                                      std::move(handler)(failure, std::move(result));
                                  });
            });
        },
        boost::asio::use_awaitable, std::move(queue), std::move(job));
}

/// The same for a job whose result is an error_code, which is operation_aborted when the pool is stopped: nothing is
/// thrown then.
template <class Job>
boost::asio::awaitable<boost::system::error_code> try_on_disk(std::shared_ptr<DiskQueue> queue, Job job) {
    boost::system::error_code error;
    try {
        error = co_await on_disk(std::move(queue), std::move(job));
    } catch (const boost::system::system_error& abandoned) {
        error = abandoned.code();
    }
    co_return error;
}

}  // namespace gnutella::net
