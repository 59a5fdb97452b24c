#pragma once

#include <gnutella/detail/completion.hpp>
#include <gnutella/download.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace gnutella {

/// What the handles to a download share with the work itself. All functions may be called from any thread.
struct Download::State : std::enable_shared_from_this<Download::State> {
  public:
    using Completion = detail::Completion<error_code, DownloadedFile>;

    State(std::uint64_t id, boost::asio::any_io_executor executor, DownloadRequest request);

    std::uint64_t id() const noexcept { return id_; }
    const boost::asio::any_io_executor& executor() const noexcept { return executor_; }
    /// As it was asked for; its sources are not those added later.
    const DownloadRequest& request() const noexcept { return request_; }

    // ---- for the handles ----

    DownloadProgress progress() const;
    /// Beyond `max_sources` at once it is forgotten.
    void add_source(Hit hit);
    void wait(Completion done, OnCancel on_cancel);
    /// Ends it with that error, the first that is given.
    void stop(const error_code& why);
    void cancel(Remains remains);
    void pause();
    void resume();

    // ---- for the work ----

    static constexpr std::size_t max_sources = 1'000;

    /// Called after each stop(), pause(), resume() and add_source() that changes something, until the end.
    void on_change(std::function<void()> callback);
    /// What stop() was given; success as long as it was not called.
    error_code stopped() const;
    bool is_paused() const;
    /// As pause(), for one that was paused in an earlier process: it changes nothing now.
    void pause_silently();
    /// Whether it is neither to be stopped nor paused.
    bool may_run() const;
    /// What cancel() was given.
    Remains remains() const;
    std::vector<Hit> take_new_sources();
    void set_progress(const DownloadProgress& progress);
    /// Completes all that wait, and all that will.
    void finish(const error_code& error, DownloadedFile file);
    /// Nobody is left to complete them: those that wait, who may own a handle to this, are destroyed.
    void drop_waiters() noexcept;

  private:
    void abandon(std::uint64_t waiter);
    // `change` is called with the mutex held, and says whether it has changed anything.
    template <class Change>
    void change(Change change);

    const std::uint64_t id_;
    const boost::asio::any_io_executor executor_;
    const DownloadRequest request_;

    mutable std::mutex mutex_;
    DownloadProgress progress_;
    std::vector<Hit> new_sources_;
    std::function<void()> on_change_;
    error_code stopped_;
    bool paused_ = false;
    Remains remains_ = Remains::keep;
    std::optional<std::pair<error_code, DownloadedFile>> result_;
    std::uint64_t last_waiter_ = 0;
    std::map<std::uint64_t, Completion> waiters_;
};

}  // namespace gnutella
