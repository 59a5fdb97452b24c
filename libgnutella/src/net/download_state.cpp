#include "net/download_state.hpp"

#include <boost/asio/error.hpp>

namespace gnutella {

Download::State::State(std::uint64_t id, boost::asio::any_io_executor executor, DownloadRequest request)
    : id_(id), executor_(std::move(executor)), request_(std::move(request)) {
    progress_.id = id;
    progress_.name = request_.name;
    if (!request_.sources.empty()) {
        progress_.size = request_.sources.front().size;
        if (progress_.name.empty()) {
            progress_.name = request_.sources.front().name;
        }
    }
}

DownloadProgress Download::State::progress() const {
    const std::scoped_lock lock(mutex_);
    return progress_;
}

void Download::State::add_source(Hit hit) {
    change([this, &hit] {
        const bool room = new_sources_.size() < max_sources;
        if (room) {
            new_sources_.push_back(std::move(hit));
        }
        return room;
    });
}

void Download::State::wait(Completion done, OnCancel on_cancel) {
    const std::scoped_lock lock(mutex_);
    if (result_) {
        done(result_->first, result_->second);
        return;
    }
    const std::uint64_t waiter = ++last_waiter_;
    done.on_cancel([weak = weak_from_this(), waiter, on_cancel] {
        const auto self = weak.lock();
        if (!self) {
            return;
        }
        if (on_cancel == OnCancel::cancel_download) {
            self->stop(boost::asio::error::operation_aborted);
        } else {
            self->abandon(waiter);
        }
    });
    waiters_.emplace(waiter, std::move(done));
}

void Download::State::abandon(std::uint64_t waiter) {
    const std::scoped_lock lock(mutex_);
    if (auto waiting = waiters_.extract(waiter)) {
        waiting.mapped()(boost::asio::error::operation_aborted, DownloadedFile{});
    }
}

template <class Change>
void Download::State::change(Change change) {
    std::function<void()> callback;
    {
        const std::scoped_lock lock(mutex_);
        if (result_ || !change()) {
            return;
        }
        callback = on_change_;
    }
    if (callback) {
        callback();
    }
}

void Download::State::stop(const error_code& why) {
    change([this, &why] {
        const bool first = !stopped_;
        stopped_ = first ? why : stopped_;
        return first;
    });
}

void Download::State::cancel(Remains remains) {
    change([this, remains] {
        const bool first = !stopped_;
        stopped_ = first ? error_code(boost::asio::error::operation_aborted) : stopped_;
        remains_ = first ? remains : remains_;
        return first;
    });
}

void Download::State::pause() {
    change([this] { return !std::exchange(paused_, true); });
}

void Download::State::resume() {
    change([this] { return std::exchange(paused_, false); });
}

void Download::State::on_change(std::function<void()> callback) {
    const std::scoped_lock lock(mutex_);
    on_change_ = std::move(callback);
}

error_code Download::State::stopped() const {
    const std::scoped_lock lock(mutex_);
    return stopped_;
}

void Download::State::pause_silently() {
    const std::scoped_lock lock(mutex_);
    paused_ = true;
}

bool Download::State::is_paused() const {
    const std::scoped_lock lock(mutex_);
    return paused_;
}

bool Download::State::may_run() const {
    const std::scoped_lock lock(mutex_);
    return !paused_ && !stopped_;
}

Download::Remains Download::State::remains() const {
    const std::scoped_lock lock(mutex_);
    return remains_;
}

std::vector<Hit> Download::State::take_new_sources() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(new_sources_, {});
}

void Download::State::set_progress(const DownloadProgress& progress) {
    const std::scoped_lock lock(mutex_);
    progress_ = progress;
}

void Download::State::finish(const error_code& error, DownloadedFile file) {
    const std::scoped_lock lock(mutex_);
    if (result_) {
        return;
    }
    result_.emplace(error, std::move(file));
    on_change_ = nullptr;
    for (auto& [waiter, done] : waiters_) {
        done(result_->first, result_->second);
    }
    waiters_.clear();
}

void Download::State::drop_waiters() noexcept {
    std::map<std::uint64_t, Completion> dropped;
    const std::scoped_lock lock(mutex_);
    dropped.swap(waiters_);
}

}  // namespace gnutella
