#include "net/download_job.hpp"

#include "net/cancellation.hpp"
#include "net/download_recorder.hpp"
#include "net/part_registry.hpp"
#include "net/sequential_worker.hpp"
#include "net/swarm.hpp"
#include "net/tree_hunt.hpp"
#include "transfer/existing_blocks.hpp"
#include "transfer/file_name.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

// Bytes after which a source that failed before has made up for it.
constexpr std::uint64_t good_progress = 64 * 1024;
// Bytes read back before another job gets its turn on the thread.
constexpr std::uint64_t read_turn = 8 * 1024 * 1024;
// The same, while sources send.
constexpr std::uint64_t beside_turn = 2 * 1024 * 1024;

bool is_ours_to_solve(const error_code& error) {
    return error == Error::disk || error == Error::disk_full;
}

Urn hash_of(const std::string& content) {
    ContentHasher hasher;
    hasher.update(std::as_bytes(std::span(content)));
    return hasher.finish();
}

std::uint64_t size_of(const Hit& hit) {
    return hit.content ? hit.content->size() : hit.size;
}

}  // namespace

DownloadJob::DownloadJob(std::shared_ptr<DownloadService> service, std::shared_ptr<Download::State> state,
                         asio::any_io_executor strand, std::shared_ptr<DownloadRecorder> recorder)
    : service_(std::move(service)),
      state_(std::move(state)),
      strand_(std::move(strand)),
      recorder_(std::move(recorder)),
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
        if (error) {
            break;
        }
        report(DownloadState::verifying);
        error = co_await finish();
        if (error != Error::hash_mismatch || tree_) {
            break;
        }
        sources_->hash_was_wrong();
        error = co_await begin_anew();
    }
    co_return error;
}

asio::awaitable<error_code> DownloadJob::prepare() {
    const auto& ways = service_->settings.transports;
    const auto& offered = state_->request().sources;
    const auto first =
        std::ranges::find_if(offered, [&ways](const Hit& hit) { return transfer::is_usable(hit, ways); });
    if (first == offered.end()) {
        co_return Error::no_source;
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
    progress_.size = size_of(*first);
    if (recorder_) {
        recorder_->keep_size(progress_.size);
        tree_ = recorder_->tree();
    }
    if (!tree_) {
        co_return error_code{};
    }
    co_return co_await check_blocks();
}

// On a disk thread.
error_code DownloadJob::open_part(const Hit& first) {
    const auto& request = state_->request();
    const auto& name = progress_.name;
    urn_ = first.urn ? *first.urn : hash_of(*first.content);
    std::error_code ignored;
    if (request.when_there == DownloadRequest::WhenThere::fail && transfer::is_plain_file_name(name) &&
        std::filesystem::symlink_status(request.folder / name, ignored).type() !=
            std::filesystem::file_type::not_found) {
        return Error::file_exists;  // known now, and not after an hour
    }
    error_code error;
    part_ = transfer::PartFile::open(request.folder, name, *urn_, error, *service_->writer);
    file_.verification = first.urn ? Verification::verified : Verification::unverifiable;
    return error;
}

// ---- the tree, and what is there already ----

asio::awaitable<error_code> DownloadJob::find_tree() {
    const bool is_here = sources_->size() > 0 && sources_->hit(0).content;
    if (is_here || !urn_->tiger() || progress_.size == 0 || (tree_ && blocks_)) {
        co_return error_code{};
    }
    if (tree_) {
        co_return co_await check_blocks();
    }
    tree_ = HashTree::from_root(progress_.size, *urn_->tiger());
    if (!tree_) {
        std::vector<Hit> unasked;
        for (transfer::SourceId id = 0; id < sources_->size(); ++id) {
            if (!sources_->hit(id).content && asked_for_tree_.insert(id).second) {
                unasked.push_back(sources_->hit(id));
            }
        }
        TreeHunt hunt(*service_, strand_, *urn_);
        std::function<bool()> goes_on = [this] { return state_->may_run(); };
        tree_ = co_await hunt.run(std::move(unasked), std::move(goes_on));
    }
    if (!tree_) {
        co_return error_code{};
    }
    if (recorder_) {
        recorder_->keep_tree(*tree_);
    }
    co_return co_await check_blocks();
}

// What an earlier download has left, or this one before it had the tree, is believed block by block.
asio::awaitable<error_code> DownloadJob::check_blocks() {
    progress_.size = tree_->size();
    blocks_.emplace(tree_->layout());
    hasher_ = transfer::PrefixHasher(tree_->root());
    shared_tree_ = std::make_shared<const HashTree>(*tree_);
    transfer::ExistingBlocks existing(*part_, *tree_);
    error_code error;
    while (!error && !existing.is_done()) {
        std::vector<std::size_t> right;
        const auto check = [&existing, &right] {
            error_code failure;
            right = existing.check(read_turn, failure);
            return failure;
        };
        error = co_await try_on_disk(service_->disk, check);
        for (const std::size_t block : right) {
            blocks_->set(block, transfer::BlockState::verified);
        }
        if (!right.empty()) {
            report(DownloadState::verifying);
        }
        if (!error && !state_->may_run()) {
            error = asio::error::operation_aborted;
        }
    }
    if (error) {
        blocks_.reset();  // to be looked at again
    } else if (!looked_) {
        looked_ = true;
        progress_.resumed = blocks_->verified_bytes();
    }
    co_return error;
}

// Without a tree it is good for as much as there is from the beginning, until the end shows what it was worth.
asio::awaitable<error_code> DownloadJob::take_over_prefix() {
    error_code error;
    const auto written = part_->written_after(0);
    const std::uint64_t there = written && written->first == 0 ? written->length : 0;
    if (there <= sources_->greatest_size()) {  // else no part of what anybody offers
        error = co_await hash_rest(there);
    }
    if (hasher_.hashed() > 0) {
        sources_->contributed_before();
    }
    looked_ = !error;
    progress_.resumed = hasher_.hashed();
    co_return error;
}

asio::awaitable<error_code> DownloadJob::hash_rest(std::uint64_t until) {
    error_code error;
    while (!error && hasher_.hashed() < until) {
        const auto hash = [this, until] {
            error_code failure;
            hasher_.advance(*part_, until, read_turn, failure);
            return failure;
        };
        error = co_await try_on_disk(service_->disk, hash);
        if (!error && !state_->may_run()) {
            error = asio::error::operation_aborted;
        }
    }
    co_return error;
}

// ---- fetching ----

asio::awaitable<error_code> DownloadJob::fetch() {
    while (state_->may_run()) {
        adopt_new_sources();
        error_code error = co_await find_tree();
        if (error) {
            co_return error;
        }
        if (tree_) {
            co_return co_await fetch_blocks();
        }
        if (!state_->may_run()) {
            break;
        }
        if (!looked_) {
            error = co_await take_over_prefix();
        }
        if (error) {
            co_return error;
        }
        error = co_await fetch_sequence();
        if (error != asio::error::try_again) {
            co_return error;
        }
    }
    co_return asio::error::operation_aborted;
}

asio::awaitable<error_code> DownloadJob::fetch_blocks() {
    Swarm::Callbacks callbacks;
    callbacks.goes_on = [this] {
        adopt_new_sources();
        return state_->may_run();
    };
    callbacks.received = [this](std::size_t bytes, Transport transport) { received(bytes, transport); };
    callbacks.tick = [this] {
        report(swarm_->is_fed() ? DownloadState::fetching : DownloadState::connecting);
        publish();
        if (recorder_) {
            recorder_->keep_blocks(swarm_->blocks());
        }
    };
    callbacks.beside = [this] { return hash_beside(); };
    Swarm swarm({*service_, strand_, *urn_, *tree_, *part_, *sources_}, std::move(*blocks_), std::move(callbacks));
    swarm_ = &swarm;
    const error_code error = co_await swarm.run();
    swarm_ = nullptr;
    blocks_ = swarm.blocks();
    if (recorder_) {
        recorder_->keep_last_blocks(*blocks_);
    }
    publish();
    co_return error;
}

asio::awaitable<bool> DownloadJob::hash_beside() {
    const std::uint64_t until = swarm_->blocks().verified_prefix();
    if (hasher_.hashed() >= until) {
        co_return false;
    }
    const auto hash = [this, until] {
        error_code failure;
        hasher_.advance(*part_, until, beside_turn, failure);
        return failure;
    };
    const error_code error = co_await try_on_disk(service_->disk, hash);
    co_return !error;
}

// Asks one source, and gives try_again when there is another to be asked, perhaps for a tree.
asio::awaitable<error_code> DownloadJob::fetch_sequence() {
    const auto source = sources_->due(Clock::now());
    if (source) {
        co_return co_await fetch_from(*source);
    }
    if (sources_->is_exhausted()) {
        co_return sources_->last_error();
    }
    co_await wait_until(sources_->next_due());
    co_return asio::error::try_again;
}

asio::awaitable<error_code> DownloadJob::fetch_from(transfer::SourceId source) {
    const Hit hit = sources_->hit(source);
    progress_.size = size_of(hit);
    if (hasher_.hashed() == progress_.size) {
        co_return error_code{};
    }
    sources_->begin(source);
    const std::uint64_t before = received_;
    Sequence sequence{*service_, strand_, *urn_, *part_, hasher_, {}, {}, {}};
    sequence.received = [this, source](std::size_t bytes, Transport transport) {
        if (bytes > 0) {
            sources_->contributed(source);
            received(bytes, transport);
        }
    };
    sequence.tick = [this] { report(DownloadState::fetching); };
    const auto use = [&sequence, &hit](auto& dialler) { return fetch_in_sequence(sequence, hit, dialler); };
    error_code error = Error::size_mismatch;  // than what others sent
    if (hit.content) {
        error = co_await copy_content(hit);
        sources_->contributed(source);
    } else if (hasher_.hashed() < hit.size) {
        SourceDialler dialler(strand_, *service_);
        error = co_await dialler.reach(hit, use);
    }
    if (received_ - before >= good_progress) {
        sources_->progressed(source);
    }
    if (!error || is_ours_to_solve(error) || !state_->may_run()) {
        sources_->ended(source);
        co_return error;
    }
    if (sequence.later) {
        sources_->postpone(source, error, Clock::now() + *sequence.later);
    } else {
        sources_->failed(source, error, Clock::now());
    }
    report(DownloadState::connecting);
    co_return asio::error::try_again;
}

// What an earlier download left is not needed: here is the whole.
asio::awaitable<error_code> DownloadJob::copy_content(const Hit& source) {
    const auto write = [this, &source] {
        error_code error;
        const auto bytes = std::as_bytes(std::span(*source.content));
        hasher_.finish();
        part_->write(bytes, 0, error);
        if (!error) {
            hasher_.advance(bytes);
        }
        return error;
    };
    progress_.resumed = 0;
    co_return co_await try_on_disk(service_->disk, write);
}

asio::awaitable<void> DownloadJob::wait_until(Clock::time_point time) {
    waiting_.expires_at(time);
    co_await waiting_.async_wait(asio::as_tuple(asio::use_awaitable));
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
    service_->emit(progress_);
}

void DownloadJob::report_rest() {
    const bool paused = state_->is_paused();
    if (recorder_) {
        recorder_->keep_paused(paused);
    }
    report(paused ? DownloadState::paused : DownloadState::waiting);
}

void DownloadJob::end(const error_code& error) {
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
    state_->finish(error, error ? DownloadedFile{} : std::move(file_));
}

}  // namespace gnutella::net
