#include "net/download_job.hpp"

#include "net/cancellation.hpp"
#include "net/download_recorder.hpp"
#include "net/part_registry.hpp"
#include "net/swarm.hpp"
#include "transfer/file_name.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

Urn hash_of(const std::string& content) {
    ContentHasher hasher;
    hasher.update(std::as_bytes(std::span(content)));
    return hasher.finish();
}

}  // namespace

DownloadJob::DownloadJob(std::shared_ptr<DownloadService> service, std::shared_ptr<Download::State> state,
                         asio::any_io_executor strand, std::shared_ptr<DownloadRecorder> recorder)
    : service_(std::move(service)),
      state_(std::move(state)),
      strand_(std::move(strand)),
      recorder_(std::move(recorder)),
      dialler_(strand_, *service_),
      waiting_(strand_),
      progress_(state_->progress()) {}

DownloadJob::~DownloadJob() = default;

// ---- from any thread ----

void DownloadJob::start(std::shared_ptr<DownloadJob> self, std::function<void(Ending)> ended) {
    const auto strand = self->strand_;
    const auto slot = self->signal_.slot();
    asio::co_spawn(strand, run(std::move(self)),
                   asio::bind_cancellation_slot(
                       slot, [ended = std::move(ended)](const std::exception_ptr&, Ending ending) { ended(ending); }));
}

void DownloadJob::interrupt(std::shared_ptr<DownloadJob> self) {
    const auto strand = self->strand_;
    asio::post(strand, [self = std::move(self)] {
        if (self->running_ && !self->state_->may_run()) {
            self->interrupted_ = true;
            self->signal_.emit(asio::cancellation_type::terminal);
        }
    });
}

void DownloadJob::notify(std::shared_ptr<DownloadJob> self) {
    const auto strand = self->strand_;
    asio::post(strand, [self = std::move(self)] {
        if (self->swarm_ != nullptr) {
            self->swarm_->notify();
        }
        self->waiting_.cancel();
    });
}

void DownloadJob::give_up(std::shared_ptr<DownloadJob> self, std::function<void()> ended) {
    const auto strand = self->strand_;
    const error_code why = self->state_->stopped();
    auto work = self->clean_up(why);
    asio::co_spawn(strand, std::move(work),
                   [self = std::move(self), ended = std::move(ended), why](const std::exception_ptr&) {
                       self->end(why);
                       ended();
                   });
}

void DownloadJob::rest(std::shared_ptr<DownloadJob> self) {
    const auto strand = self->strand_;
    asio::post(strand, [self = std::move(self)] {
        if (self->running_ || self->progress_.ended) {
            return;
        }
        self->report_rest();
    });
}

// ---- the work ----

asio::awaitable<DownloadJob::Ending> DownloadJob::run(std::shared_ptr<DownloadJob> self) {
    // After a cancellation there is still a part to close.
    co_await asio::this_coro::throw_if_cancelled(false);
    self->running_ = true;
    if (self->recorder_) {
        self->recorder_->keep_paused(false);
    }
    error_code error;
    try {
        error = co_await self->download();
    } catch (const boost::system::system_error& failure) {
        error = failure.code();
    } catch (const std::exception&) {
        error = make_error_code(boost::system::errc::not_enough_memory);
    }
    self->running_ = false;
    const error_code stopped = self->state_->stopped();
    if (error == asio::error::operation_aborted && !stopped && (self->interrupted_ || self->state_->is_paused())) {
        self->interrupted_ = false;
        self->report_rest();
        co_return Ending::paused;
    }
    if (error == asio::error::operation_aborted || (error && stopped)) {
        error = stopped ? stopped : make_error_code(Error::stopped);  // the latter when the disk threads are gone
    }
    co_await self->clean_up(error);
    self->end(error);
    co_return Ending::ended;
}

asio::awaitable<error_code> DownloadJob::download() {
    error_code error;
    if (!part_) {
        error = co_await prepare();
    }
    while (!error) {
        report(DownloadState::connecting);
        error = co_await fetch();
        const bool whole = !error;
        if (whole) {
            report(DownloadState::verifying);
            error = co_await finish();
        }
        const bool wrong = whole && error == Error::hash_mismatch;
        if (claimed_root_ && (wrong || error == Error::source_lied)) {
            error = co_await refute_root();
        } else if (wrong && !tree_) {
            sources_->hash_was_wrong();
            error = co_await begin_anew();
        } else {
            break;
        }
    }
    co_return error;
}

asio::awaitable<error_code> DownloadJob::prepare() {
    const auto& ways = service_->settings.transports;
    const std::vector<Hit> offered = co_await name_sources();
    if (!state_->may_run()) {
        co_return asio::error::operation_aborted;
    }
    const auto first =
        std::ranges::find_if(offered, [&ways](const Hit& hit) { return transfer::is_usable(hit, ways); });
    if (first == offered.end()) {
        const bool has_source = std::ranges::any_of(offered, [](const Hit& hit) { return hit.urn.has_value(); });
        co_return has_source ? Error::no_transport : Error::no_source;
    }
    progress_.name = state_->request().name.empty() ? transfer::safe_file_name(first->name) : state_->request().name;
    const auto open = [this, first] { return open_part(*first); };
    const error_code error = co_await try_on_disk(service_->disk, open);
    if (error) {
        co_return error;
    }
    transfer::SourcePool::Policy policy;
    policy.retries = service_->settings.source_retries;
    policy.retry_interval = service_->settings.source_retry_interval;
    policy.ways = ways;
    sources_.emplace(*urn_, std::move(policy));
    for (auto source = first; source != offered.end(); ++source) {
        sources_->add(*source);
    }
    adopt_new_sources();
    progress_.size = transfer::size_of(*first);
    if (recorder_) {
        tree_ = recorder_->tree();
    }
    if (tree_) {
        sources_->agree_on(tree_->size());
        co_return co_await check_blocks();
    }
    if (recorder_) {
        recorder_->keep_size(progress_.size);
    }
    co_return error_code{};
}

// On a disk thread.
error_code DownloadJob::open_part(const Hit& first) {
    const auto& request = state_->request();
    const auto& name = progress_.name;
    urn_ = first.urn ? *first.urn : hash_of(*first.content);
    std::error_code ignored;
    if (request.when_there == DownloadRequest::WhenThere::fail && transfer::is_plain_file_name(name) &&
        std::filesystem::exists(std::filesystem::symlink_status(request.folder / name, ignored))) {
        return Error::file_exists;  // known now, and not after an hour
    }
    error_code error;
    part_ = transfer::PartFile::open(request.folder, name, *urn_, error, *service_->writer);
    file_.verification = first.urn ? Verification::verified : Verification::unverifiable;
    return error;
}

// ---- the end ----

asio::awaitable<error_code> DownloadJob::finish() {
    error_code error = co_await hash_rest(progress_.size);
    if (error) {
        co_return error;
    }
    const auto give_name = [this] {
        error_code failure;
        const Urn content = hasher_.finish();
        if (!content.same_file(*urn_)) {
            return error_code(Error::hash_mismatch);
        }
        if (part_->length() > progress_.size) {
            part_->cut(progress_.size, failure);
        }
        if (!failure) {
            file_.urn = content;
            service_->parts->withdraw(state_->id());
            file_.path = part_->finish(state_->request().when_there, failure);
        }
        return failure;
    };
    co_return co_await try_on_disk(service_->disk, give_name);
}

asio::awaitable<error_code> DownloadJob::begin_anew() {
    const auto clear = [this] {
        error_code failure;
        part_->cut(0, failure);
        return failure;
    };
    progress_.resumed = 0;
    hasher_ = transfer::PrefixHasher();
    co_return co_await try_on_disk(service_->disk, clear);
}

// What is verified can be fetched from here already.
void DownloadJob::publish() {
    if (claimed_root_) {
        return;  // nothing of it is known to be right before the end
    }
    const transfer::BlockMap& blocks = swarm_ != nullptr ? swarm_->blocks() : *blocks_;
    PartRegistry::Part part;
    part.name = progress_.name;
    part.size = progress_.size;
    part.urn = *urn_;
    part.verified = blocks.verified_ranges();
    part.descriptor = part_->descriptor();
    part.tree = shared_tree_;
    service_->parts->publish(state_->id(), std::move(part));
}

// Closes the part after an error. What was verified is kept, or what could turn out to be right.
asio::awaitable<void> DownloadJob::clean_up(error_code error) {
    service_->parts->withdraw(state_->id());
    const bool forget = error == Error::hash_mismatch || state_->remains() == Download::Remains::remove;
    const bool worthless = tree_ && blocks_ && blocks_->verified_bytes() == 0;
    const auto close = [this, forget, worthless] {
        error_code ignored;
        if (part_ && (forget || worthless)) {
            part_->cut(0, ignored);
        }
        if (part_) {
            part_->close();
        } else if (forget && !state_->request().sources.empty() && state_->request().sources.front().urn) {
            transfer::PartFile::remove(state_->request().folder, *state_->request().sources.front().urn);
        }
        return error_code{};
    };
    if (error) {
        co_await try_on_disk(service_->disk, close);
    }
}

void DownloadJob::adopt_new_sources() {
    const auto added = state_->take_new_sources();
    for (const Hit& hit : added) {
        sources_->add(hit);
    }
    if (recorder_ && !added.empty()) {
        recorder_->keep_sources(sources_->hits());
    }
}

void DownloadJob::received(std::size_t bytes, Transport transport) {
    received_ += bytes;
    received_over_[static_cast<std::size_t>(transport)] += bytes;
    service_->counters->bytes_downloaded.fetch_add(bytes, std::memory_order_relaxed);
}

void DownloadJob::update_progress() {
    const transfer::BlockMap* const blocks = swarm_ != nullptr ? &swarm_->blocks() : blocks_ ? &*blocks_ : nullptr;
    progress_.verified = blocks != nullptr ? blocks->verified_bytes() : 0;
    progress_.received = blocks != nullptr ? progress_.verified : hasher_.hashed();
    progress_.sources = swarm_ != nullptr ? swarm_->size() : 0;
    if (received_ > 0) {
        const auto most = std::ranges::max_element(received_over_) - received_over_.begin();
        progress_.transport = static_cast<Transport>(most);
    }
    progress_.rate = meter_.rate(received_, Clock::now());
}

void DownloadJob::report(DownloadState state) {
    if (part_ && state != DownloadState::ended) {
        update_progress();
    }
    progress_.state = state;
    state_->set_progress(progress_);
    report_failures();
    service_->emit(progress_);
}

void DownloadJob::report_failures() {
    if (!sources_) {
        return;
    }
    for (const auto& failure : sources_->take_failures()) {
        report_failure(sources_->hit(failure.source).source, failure.error, failure.struck);
    }
}

void DownloadJob::report_failure(const Endpoint& source, const error_code& error, bool struck_off) {
    service_->counters->sources_failed.fetch_add(1, std::memory_order_relaxed);
    service_->counters->sources_struck_off.fetch_add(struck_off ? 1 : 0, std::memory_order_relaxed);
    service_->emit(SourceFailed{progress_.id, progress_.name, source, error, struck_off});
}

void DownloadJob::report_rest() {
    const bool paused = state_->is_paused();
    if (recorder_) {
        recorder_->keep_paused(paused);
    }
    report(paused ? DownloadState::paused : DownloadState::waiting);
}

void DownloadJob::end(const error_code& error) {
    if (error && part_) {
        update_progress();  // what came since the last report
    }
    progress_.ended = true;
    progress_.error = error;
    progress_.sources = 0;
    progress_.rate = meter_.rate(received_, Clock::now());
    if (!error) {
        progress_.received = progress_.size;
        progress_.verified = progress_.size;
    }
    report(DownloadState::ended);
    if (!error) {
        service_->counters->downloads.fetch_add(1, std::memory_order_relaxed);
        file_.bytes = progress_.size;
        file_.resumed = progress_.resumed;
        file_.seconds = Clock::now() - started_;
        file_.transport = progress_.transport;
        file_.sources = sources_->contributors();
    }
    if (recorder_) {
        recorder_->end(error);
    }
}

void DownloadJob::tell() {
    state_->finish(progress_.error, progress_.error ? DownloadedFile{} : std::move(file_));
}

}  // namespace gnutella::net
