#include "net/downloads.hpp"

#include "net/download_job.hpp"
#include "net/download_service.hpp"

#include <boost/asio/strand.hpp>

#include <deque>
#include <map>
#include <mutex>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;

struct Downloads::Impl : std::enable_shared_from_this<Downloads::Impl> {
    using Job = std::shared_ptr<DownloadJob>;

    asio::any_io_executor executor;
    std::shared_ptr<DownloadService> service;

    mutable std::mutex mutex;
    bool stopped = false;
    std::uint64_t last_id = 0;
    std::map<std::uint64_t, Job> jobs;  // that have not ended
    std::deque<std::uint64_t> waiting;  // of these, those that have not begun
    std::size_t running = 0;
    std::vector<std::function<void()>> when_empty;

    // With the mutex held.
    void begin_waiting_jobs() {
        while (!waiting.empty() && running < service->settings.max_downloads) {
            const std::uint64_t id = waiting.front();
            waiting.pop_front();
            ++running;
            DownloadJob::start(jobs.at(id), [self = shared_from_this(), id] { self->job_ended(id); });
        }
    }

    void job_ended(std::uint64_t id) {
        std::vector<std::function<void()>> callbacks;
        {
            const std::scoped_lock lock(mutex);
            --running;
            jobs.erase(id);
            begin_waiting_jobs();
            callbacks = take_callbacks();
        }
        for (const auto& callback : callbacks) {
            callback();
        }
    }

    // With the mutex held.
    std::vector<std::function<void()>> take_callbacks() {
        return jobs.empty() ? std::exchange(when_empty, {}) : std::vector<std::function<void()>>{};
    }

    // The download's state has been told to stop.
    void interrupt(std::uint64_t id) {
        std::unique_lock lock(mutex);
        const auto found = jobs.find(id);
        if (found == jobs.end()) {
            return;
        }
        Job job = found->second;
        const bool has_begun = std::erase(waiting, id) == 0;
        if (has_begun) {
            DownloadJob::interrupt(std::move(job));
            return;
        }
        jobs.erase(found);
        lock.unlock();
        job->give_up(job->state()->stopped());
    }
};

Downloads::Downloads(asio::any_io_executor executor, const DiskPool& disk, const Settings& settings,
                     std::shared_ptr<TransferCounters> counters, std::function<void(Event)> emit)
    : impl_(std::make_shared<Impl>()) {
    impl_->executor = std::move(executor);
    impl_->service = std::make_shared<DownloadService>(
        DownloadService{disk.queue(), settings, std::move(counters), std::move(emit)});
}

Downloads::~Downloads() {
    stop([] {});
}

std::shared_ptr<Download::State> Downloads::start(DownloadRequest request) {
    const std::scoped_lock lock(impl_->mutex);
    const std::uint64_t id = ++impl_->last_id;
    auto state = std::make_shared<Download::State>(id, impl_->executor, std::move(request));
    if (impl_->stopped) {
        state->finish(Error::stopped, {});
        return state;
    }
    state->on_stop([weak = std::weak_ptr(impl_), id] {
        if (const auto impl = weak.lock()) {
            impl->interrupt(id);
        }
    });
    impl_->jobs.emplace(id, std::make_shared<DownloadJob>(impl_->service, state, asio::make_strand(impl_->executor)));
    impl_->waiting.push_back(id);
    impl_->begin_waiting_jobs();
    return state;
}

std::vector<std::shared_ptr<Download::State>> Downloads::list() const {
    const std::scoped_lock lock(impl_->mutex);
    std::vector<std::shared_ptr<Download::State>> states;
    for (const auto& [id, job] : impl_->jobs) {
        states.push_back(job->state());
    }
    return states;
}

void Downloads::stop(std::function<void()> done) {
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->stopped = true;
    }
    for (const auto& state : list()) {
        state->stop(Error::stopped);
    }
    std::vector<std::function<void()>> callbacks;
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->when_empty.push_back(std::move(done));
        callbacks = impl_->take_callbacks();
    }
    for (const auto& callback : callbacks) {
        callback();
    }
}

}  // namespace gnutella::net
