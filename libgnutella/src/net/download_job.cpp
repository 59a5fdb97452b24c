#include "net/download_job.hpp"

#include "net/dial.hpp"
#include "net/piece_fetcher.hpp"
#include "transfer/file_name.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;

namespace {

// Bytes after which a source that failed before has made up for it.
constexpr std::uint64_t good_progress = 64 * 1024;
// Bytes hashed of an earlier download's before another job gets its turn on the thread.
constexpr std::uint64_t hash_turn = 16 * 1024 * 1024;

bool is_ours_to_solve(const error_code& error) {
    return error == Error::disk || error == Error::disk_full;
}

Urn hash_of(const std::string& content) {
    ContentHasher hasher;
    hasher.update(std::as_bytes(std::span(content)));
    return hasher.finish();
}

}  // namespace

DownloadJob::DownloadJob(std::shared_ptr<DownloadService> service, std::shared_ptr<Download::State> state,
                         asio::any_io_executor strand)
    : service_(std::move(service)),
      state_(std::move(state)),
      strand_(std::move(strand)),
      progress_(state_->progress()) {}

void DownloadJob::start(std::shared_ptr<DownloadJob> self, std::function<void()> ended) {
    const auto strand = self->strand_;
    const auto slot = self->signal_.slot();
    asio::co_spawn(
        strand, run(std::move(self)),
        asio::bind_cancellation_slot(slot, [ended = std::move(ended)](const std::exception_ptr&) { ended(); }));
}

void DownloadJob::interrupt(std::shared_ptr<DownloadJob> self) {
    const auto strand = self->strand_;
    asio::post(strand, [self = std::move(self)] { self->signal_.emit(asio::cancellation_type::terminal); });
}

asio::awaitable<void> DownloadJob::run(std::shared_ptr<DownloadJob> self) {
    // After a cancellation there is still a part to close.
    co_await asio::this_coro::throw_if_cancelled(false);
    error_code error;
    try {
        error = co_await self->download();
        if (error && self->part_) {
            const auto close = [&self] {
                self->part_->close();
                return true;
            };
            co_await on_disk(self->service_->disk, close);
        }
    } catch (const boost::system::system_error& failure) {
        error = failure.code();
    } catch (const std::exception&) {
        error = make_error_code(boost::system::errc::not_enough_memory);
    }
    const error_code stopped = self->state_->stopped();
    self->end(error && stopped ? stopped : error);
}

asio::awaitable<error_code> DownloadJob::download() {
    error_code error = co_await prepare();
    if (!error) {
        report();
        error = co_await hash_existing();
    }
    while (!error) {
        error = co_await fetch_all();
        if (error) {
            break;
        }
        error = co_await finish();
        if (error != Error::hash_mismatch) {
            break;
        }
        sources_->hash_was_wrong();
        progress_.resumed = 0;
        progress_.received = 0;
        report();
        error = {};
    }
    co_return error;
}

asio::awaitable<error_code> DownloadJob::prepare() {
    const auto& offered = state_->request().sources;
    const auto first = std::ranges::find_if(offered, transfer::is_usable);
    if (first == offered.end()) {
        co_return Error::no_source;
    }
    progress_.name = state_->request().name.empty() ? transfer::safe_file_name(first->name) : state_->request().name;
    const auto open = [this, first] { return open_part(*first); };
    const error_code error = co_await on_disk(service_->disk, open);
    if (error) {
        co_return error;
    }
    for (auto source = first; source != offered.end(); ++source) {
        sources_->add(*source);
    }
    progress_.size = first->content ? first->content->size() : first->size;
    progress_.resumed = part_->length();
    progress_.received = part_->length();
    if (part_->length() > 0) {
        sources_->contributed_before();
    }
    co_return error_code{};
}

// On a disk thread.
error_code DownloadJob::open_part(const Hit& first) {
    const auto& request = state_->request();
    const auto& name = progress_.name;
    const Urn urn = first.urn ? *first.urn : hash_of(*first.content);
    std::error_code ignored;
    if (request.when_there == DownloadRequest::WhenThere::fail && transfer::is_plain_file_name(name) &&
        std::filesystem::symlink_status(request.folder / name, ignored).type() !=
            std::filesystem::file_type::not_found) {
        return Error::file_exists;  // known now, and not after an hour
    }
    error_code error;
    part_ = transfer::PartFile::open(request.folder, name, urn, error);
    sources_.emplace(urn, service_->settings.source_retries);
    file_.verification = first.urn ? Verification::verified : Verification::unverifiable;
    return error;
}

asio::awaitable<error_code> DownloadJob::hash_existing() {
    adopt_new_sources();
    error_code error;
    if (part_->length() > sources_->greatest_size()) {  // no part of what anybody offers
        const auto clear = [this] {
            error_code failure;
            part_->clear(failure);
            return failure;
        };
        error = co_await on_disk(service_->disk, clear);
        progress_.resumed = 0;
        progress_.received = 0;
    }
    while (!error && part_->unhashed() > 0) {
        if (state_->stopped()) {
            co_return asio::error::operation_aborted;
        }
        const auto hash = [this] {
            error_code failure;
            part_->hash_existing(hash_turn, failure);
            return failure;
        };
        error = co_await on_disk(service_->disk, hash);
    }
    co_return error;
}

asio::awaitable<error_code> DownloadJob::fetch_all() {
    while (!state_->stopped()) {
        adopt_new_sources();
        if (sources_->current() == nullptr) {
            co_return sources_->last_error();
        }
        const Hit source = *sources_->current();
        progress_.size = source.content ? source.content->size() : source.size;
        if (part_->length() == progress_.size) {
            co_return error_code{};
        }
        error_code error = Error::size_mismatch;  // than what others sent
        if (part_->length() < progress_.size) {
            error = co_await fetch_from(source);
        }
        if (!error || is_ours_to_solve(error)) {
            co_return error;
        }
        report();
        if (const auto failures = sources_->failed(error); failures && !state_->stopped()) {
            co_await back_off(*failures);
        }
    }
    co_return state_->stopped();
}

asio::awaitable<error_code> DownloadJob::fetch_from(const Hit& source) {
    if (!source.content) {
        co_return co_await fetch_over_http(source);
    }
    const auto write = [this, &source] { return write_content(*source.content); };
    const error_code error = co_await on_disk(service_->disk, write);
    progress_.received = part_->length();
    progress_.resumed = 0;
    sources_->contributed();
    co_return error;
}

// On a disk thread. What an earlier download left is not needed: here is the whole.
error_code DownloadJob::write_content(const std::string& content) {
    error_code error;
    part_->clear(error);
    if (!error) {
        part_->append(std::as_bytes(std::span(content)), error);
    }
    return error;
}

asio::awaitable<error_code> DownloadJob::fetch_over_http(const Hit& source) {
    using Socket = asio::ip::tcp::socket;
    const std::uint64_t before = received_;
    const std::string host = source.source.to_string();
    error_code error;
    // A source may end the connection after each piece.
    while (!error && part_->length() < source.size) {
        Socket socket(strand_);
        error = co_await dial(socket, source.source, service_->settings.connect_timeout);
        if (error) {
            break;
        }
        PieceFetcher<Socket>::Callbacks callbacks;
        callbacks.received = [this](std::size_t bytes) { received(bytes); };
        callbacks.written = [this](std::uint64_t length) { progress_.received = length; };
        callbacks.tick = [this] { report(); };
        PieceFetcher<Socket> fetcher(socket, *service_, *part_, source.size, std::move(callbacks));
        error = co_await fetcher.fetch(*source.urn, host);
        file_.transport = Transport::http;
    }
    if (received_ - before >= good_progress) {
        sources_->progressed();
    }
    co_return error;
}

asio::awaitable<error_code> DownloadJob::finish() {
    const auto give_name = [this] {
        error_code error;
        file_.path = part_->finish(state_->request().when_there, error);
        return error;
    };
    co_return co_await on_disk(service_->disk, give_name);
}

asio::awaitable<void> DownloadJob::back_off(std::size_t failures) {
    asio::steady_timer timer(strand_);
    const auto doublings = std::min<std::size_t>(failures - 1, 10);
    timer.expires_after(service_->settings.source_retry_interval * (1LL << doublings));
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

void DownloadJob::adopt_new_sources() {
    for (const Hit& hit : state_->take_new_sources()) {
        sources_->add(hit);
    }
}

void DownloadJob::received(std::size_t bytes) {
    if (bytes > 0) {
        received_ += bytes;
        sources_->contributed();
        service_->counters->bytes_downloaded.fetch_add(bytes, std::memory_order_relaxed);
    }
}

void DownloadJob::report() {
    progress_.rate = meter_.rate(received_, std::chrono::steady_clock::now());
    state_->set_progress(progress_);
    service_->emit(progress_);
}

void DownloadJob::end(const error_code& error) {
    progress_.ended = true;
    progress_.error = error;
    report();
    if (!error) {
        service_->counters->downloads.fetch_add(1, std::memory_order_relaxed);
        file_.bytes = progress_.received;
        file_.resumed = progress_.resumed;
        file_.seconds = std::chrono::steady_clock::now() - started_;
        file_.urn = part_->content();
        file_.sources = sources_->contributors();
    }
    state_->finish(error, error ? DownloadedFile{} : std::move(file_));
}

}  // namespace gnutella::net
