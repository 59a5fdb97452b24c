#include "net/downloads.hpp"

#include "net/download_job.hpp"
#include "net/download_log.hpp"
#include "net/download_recorder.hpp"
#include "net/download_service.hpp"
#include "net/memory_fetches.hpp"
#include "sha1_hasher.hpp"

#include <boost/asio/strand.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using Lifetime = DownloadRequest::Lifetime;

namespace {

const Urn* urn_of(const DownloadRequest& request) {
    return request.sources.empty() || !request.sources.front().urn ? nullptr : &*request.sources.front().urn;
}

// However it is written: whoever goes on with the download may have another folder to begin from.
std::filesystem::path whole_path(const std::filesystem::path& folder) {
    std::error_code unknown;
    const auto absolute = std::filesystem::absolute(folder, unknown);
    const auto whole = (unknown ? folder : absolute).lexically_normal();
    return whole.has_filename() || !whole.has_relative_path() ? whole : whole.parent_path();
}

bool is_same_file(const DownloadRequest& left, const DownloadRequest& right) {
    const Urn* const one = urn_of(left);
    const Urn* const other = urn_of(right);
    return one != nullptr && other != nullptr && one->same_file(*other) &&
           whole_path(left.folder) == whole_path(right.folder);
}

// The same in each process that has the same state folder: only one of them fetches it.
Guid id_of(const Urn& urn, const std::filesystem::path& folder) {
    const std::string text = urn.sha1_string() + folder.string();
    Sha1Hasher hasher;
    hasher.update(std::as_bytes(std::span(text)));
    const Sha1 hash = hasher.finish();
    Guid id;
    std::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
    return id;
}

store::DownloadRecord record_of(const DownloadRequest& request) {
    store::DownloadRecord record;
    record.urn = *urn_of(request);
    record.folder = whole_path(request.folder);
    record.id = id_of(record.urn, record.folder);
    record.name = request.name;
    record.when_there = static_cast<std::int64_t>(request.when_there);
    record.size = request.sources.front().size;
    record.sources = request.sources;
    return record;
}

void tell_not_kept(const DownloadService& service, const Download::State& state, Error why) {
    service.counters->downloads_not_kept.fetch_add(1, std::memory_order_relaxed);
    service.emit(Trouble{why, state.progress().name, state.id()});
}

DownloadRequest request_of(const store::DownloadRecord& record) {
    DownloadRequest request;
    request.sources = record.sources;
    request.folder = record.folder;
    request.name = record.name;
    request.when_there =
        record.when_there == 0 ? DownloadRequest::WhenThere::choose_another : DownloadRequest::WhenThere::fail;
    request.lifetime = Lifetime::durable;
    return request;
}

}  // namespace

struct Downloads::Impl : std::enable_shared_from_this<Downloads::Impl> {
    using Job = std::shared_ptr<DownloadJob>;
    using State = std::shared_ptr<Download::State>;

    Impl() = default;
    // Only where the context is not run any more are there jobs still.
    ~Impl() {
        for (const auto& [id, job] : jobs) {
            job->state()->drop_waiters();
        }
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    asio::any_io_executor executor;
    std::shared_ptr<DownloadService> service;
    std::shared_ptr<DownloadLog> log;
    std::shared_ptr<MemoryFetches> memory_fetches;

    mutable std::mutex mutex;
    bool stopped = false;
    std::uint64_t last_id = 0;
    std::map<std::uint64_t, Job> jobs;  // that have not ended
    std::deque<std::uint64_t> waiting;  // of these, those that have not begun, or go on after a pause
    std::set<std::uint64_t> running;
    std::vector<std::function<void()>> when_empty;

    // ---- with the mutex held ----

    State add(DownloadRequest request, std::shared_ptr<DownloadRecorder> recorder) {
        const std::uint64_t id = ++last_id;
        auto state = std::make_shared<Download::State>(id, executor, std::move(request));
        state->on_change([weak = weak_from_this(), id] {
            if (const auto impl = weak.lock()) {
                impl->changed(id);
            }
        });
        jobs.emplace(id, std::make_shared<DownloadJob>(service, state, asio::make_strand(executor), recorder));
        return state;
    }

    void begin_waiting_jobs() {
        while (!waiting.empty() && running.size() < service->settings.max_downloads) {
            const std::uint64_t id = waiting.front();
            waiting.pop_front();
            running.insert(id);
            DownloadJob::start(jobs.at(id), [self = shared_from_this(), id](DownloadJob::Ending ending) {
                self->job_ended(id, ending);
            });
        }
    }

    State find_durable(const DownloadRequest& request) const {
        for (const auto& [id, job] : jobs) {
            if (job->is_durable() && !job->state()->stopped() && is_same_file(job->state()->request(), request)) {
                return job->state();
            }
        }
        return nullptr;
    }

    std::size_t durable_jobs() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(jobs, [](const auto& entry) { return entry.second->is_durable(); }));
    }

    std::vector<std::function<void()>> take_callbacks() {
        return jobs.empty() ? std::exchange(when_empty, {}) : std::vector<std::function<void()>>{};
    }

    // ---- without ----

    void job_ended(std::uint64_t id, DownloadJob::Ending ending) {
        const bool has_ended = ending == DownloadJob::Ending::ended;
        std::vector<std::function<void()>> callbacks;
        Job job;
        {
            const std::scoped_lock lock(mutex);
            running.erase(id);
            job = jobs.at(id);
            if (has_ended) {
                jobs.erase(id);  // before anybody is told: who asks then does not find it any more
            }
            begin_waiting_jobs();
            callbacks = take_callbacks();
        }
        if (has_ended) {
            job->tell();
        } else {
            changed(id);  // again, perhaps, while it ended
        }
        for (const auto& callback : callbacks) {
            callback();
        }
    }

    // The download's state was told something.
    void changed(std::uint64_t id) {
        std::unique_lock lock(mutex);
        const auto found = jobs.find(id);
        if (found == jobs.end()) {
            return;
        }
        const Job job = found->second;
        if (running.contains(id)) {
            lock.unlock();
            DownloadJob::interrupt(job);
            DownloadJob::notify(job);
            return;
        }
        if (job->state()->stopped()) {
            std::erase(waiting, id);
            running.insert(id);  // so that it is given up once
            lock.unlock();
            DownloadJob::give_up(job,
                                 [self = shared_from_this(), id] { self->job_ended(id, DownloadJob::Ending::ended); });
            return;
        }
        const bool waits = std::ranges::count(waiting, id) > 0;
        if (job->state()->is_paused()) {
            std::erase(waiting, id);
        } else if (!waits) {
            waiting.push_back(id);
            begin_waiting_jobs();
        }
        lock.unlock();
        DownloadJob::rest(job);
    }
};

Downloads::Downloads(asio::any_io_executor executor, const DiskPool& disk, const Settings& settings,
                     std::shared_ptr<TransferCounters> counters, std::shared_ptr<Alternates> alternates,
                     std::function<void(Event)> emit, transfer::FileWriter& writer)
    : impl_(std::make_shared<Impl>()) {
    impl_->executor = std::move(executor);
    impl_->service = std::make_shared<DownloadService>();
    impl_->service->disk = disk.queue();
    impl_->service->settings = settings;
    impl_->service->counters = std::move(counters);
    impl_->service->alternates = std::move(alternates);
    impl_->service->emit = std::move(emit);
    impl_->service->limit = std::make_shared<BandwidthLimit>(settings.download_limit);
    impl_->service->parts = std::make_shared<PartRegistry>();
    impl_->service->writer = &writer;
    impl_->log = std::make_shared<DownloadLog>(disk.queue());
    impl_->memory_fetches = std::make_shared<MemoryFetches>(impl_->executor, impl_->service);
}

Downloads::~Downloads() {
    stop([] {});
}

std::shared_ptr<Download::State> Downloads::start(DownloadRequest request) {
    std::unique_lock lock(impl_->mutex);
    if (auto known = impl_->find_durable(request)) {
        lock.unlock();
        for (Hit& source : request.sources) {
            known->add_source(std::move(source));
        }
        known->resume();
        return known;
    }
    if (impl_->stopped) {
        auto state = std::make_shared<Download::State>(++impl_->last_id, impl_->executor, std::move(request));
        state->finish(Error::stopped, {});
        return state;
    }
    std::shared_ptr<DownloadRecorder> recorder;
    const bool can_be_kept = urn_of(request) != nullptr && !request.sources.front().content;
    const bool to_be_kept = request.lifetime == Lifetime::durable && can_be_kept;
    if (to_be_kept && impl_->durable_jobs() < impl_->service->settings.max_durable_downloads) {
        recorder = std::make_shared<DownloadRecorder>(impl_->log, record_of(request));
    }
    auto state = impl_->add(std::move(request), recorder);
    if (recorder) {
        recorder->add([service = impl_->service, state] { tell_not_kept(*service, *state, Error::download_not_kept); });
    } else if (to_be_kept) {
        tell_not_kept(*impl_->service, *state, Error::too_many_durable);
    }
    impl_->waiting.push_back(state->id());
    impl_->begin_waiting_jobs();
    return state;
}

void Downloads::restore(std::shared_ptr<store::Store> store) {
    const auto records = store->downloads(impl_->service->settings.max_durable_downloads);
    impl_->log->use(std::move(store));
    const std::scoped_lock lock(impl_->mutex);
    for (const auto& record : records) {
        auto request = request_of(record);
        if (impl_->stopped || impl_->find_durable(request)) {
            continue;
        }
        auto state = impl_->add(std::move(request), std::make_shared<DownloadRecorder>(impl_->log, record));
        DownloadProgress progress = state->progress();
        progress.size = record.size;
        if (const auto layout = BlockLayout::with_blocks(record.size, record.leaves.size())) {
            progress.received = transfer::BlockMap::bytes_of_bits(*layout, record.blocks);
        }
        progress.verified = progress.received;
        progress.state = record.paused ? DownloadState::paused : DownloadState::waiting;
        state->set_progress(progress);
        if (record.paused) {
            state->pause_silently();
        } else {
            impl_->waiting.push_back(state->id());
        }
    }
    impl_->begin_waiting_jobs();
}

void Downloads::use(std::shared_ptr<QuicEndpoint> quic) {
    impl_->service->use(std::move(quic));
}

void Downloads::announce(transfer::OwnPort port) {
    impl_->service->serves_at(std::move(port));
}

void Downloads::use(std::shared_ptr<PushRequests> pushes) {
    impl_->service->use(std::move(pushes));
}

void Downloads::offer(const Hit& hit) const {
    if (!hit.urn || hit.content) {
        return;
    }
    for (const auto& state : list()) {
        const Urn* const urn = urn_of(state->request());
        if (urn != nullptr && urn->same_file(*hit.urn)) {
            state->add_source(hit);
        }
    }
}

void Downloads::fetch_into_memory(Hit hit, std::function<void(error_code, std::string)> done) const {
    impl_->memory_fetches->start(std::move(hit), std::move(done));
}

std::vector<std::shared_ptr<Download::State>> Downloads::list() const {
    const std::scoped_lock lock(impl_->mutex);
    std::vector<std::shared_ptr<Download::State>> states;
    for (const auto& [id, job] : impl_->jobs) {
        states.push_back(job->state());
    }
    return states;
}

std::shared_ptr<PartRegistry> Downloads::parts() const {
    return impl_->service->parts;
}

void Downloads::stop(std::function<void()> done) {
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->stopped = true;
    }
    impl_->memory_fetches->stop();
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
