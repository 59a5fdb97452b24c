#pragma once

#include <gnutella/detail/completion.hpp>
#include <gnutella/error.hpp>

#include <boost/asio/error.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace gnutella::net {

/// Somebody who waits for the end of an operation, or cancels the call: then operation_aborted completes it at once,
/// and what was waited for goes on. Completes once. Any thread may call the functions.
template <class... Results>
class Waiter {
  public:
    using Completion = detail::Completion<error_code, Results...>;

    /// Must be made where the operation is called: only there may its cancellation slot be touched.
    /// @param cancelled called, in whichever thread it is, when the call has been cancelled.
    static std::shared_ptr<Waiter> make(Completion done, std::function<void()> cancelled = {}) {
        auto waiter = std::make_shared<Waiter>();
        done.on_cancel([weak = std::weak_ptr(waiter), cancelled = std::move(cancelled)] {
            const auto self = weak.lock();
            if (!self || !self->waits()) {
                return;
            }
            const auto tell = cancelled;  // this function may be gone once the handler has run
            self->complete(boost::asio::error::operation_aborted, Results()...);
            if (tell) {
                tell();
            }
        });
        waiter->done_ = std::move(done);
        return waiter;
    }

    /// Does nothing when it has been completed or cancelled.
    void complete(error_code error, Results... results) {
        std::unique_lock lock(mutex_);
        Completion done = std::move(done_);
        lock.unlock();
        if (done) {
            done(error, std::move(results)...);
        }
    }

    /// Whether it is neither completed nor cancelled.
    bool waits() const {
        const std::scoped_lock lock(mutex_);
        return static_cast<bool>(done_);
    }

  private:
    mutable std::mutex mutex_;
    Completion done_;
};

}  // namespace gnutella::net
