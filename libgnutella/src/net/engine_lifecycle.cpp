#include "net/address.hpp"
#include "net/engine.hpp"
#include "net/move_socket.hpp"
#include "net/user_code.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

// How an Engine begins and ends.

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

std::uint64_t random_seed() {
    const Guid random = Guid::random();
    std::uint64_t seed = 0;
    std::memcpy(&seed, random.bytes.data(), sizeof seed);
    return seed;
}

// Log lines are written in the middle of everything.
Settings with_harmless_sink(Settings settings, const asio::any_io_executor& executor) {
    if (settings.log) {
        settings.log = [sink = std::move(settings.log), executor](LogLevel level, std::string_view line) {
            call_user(executor, sink, level, line);
        };
    }
    return settings;
}

}  // namespace

Engine::Engine(asio::any_io_executor executor, Settings settings)
    : executor_(std::move(executor)),
      strand_(asio::make_strand(executor_)),
      settings_(with_harmless_sink(std::move(settings), executor_)),
      log_(settings_),
      identity_(settings_.identity ? *settings_.identity : Guid::random()),
      timer_(strand_),
      events_(executor_),
      batches_(std::make_shared<ReadBatchPool>(settings_.max_message_size)),
      hashes_(std::make_shared<StoredHashes>()),
      library_(std::make_shared<SharedLibrary>(strand_, hashes_)),
      transfer_counters_(std::make_shared<TransferCounters>()),
      local_{settings_.address.empty() ? "::" : settings_.address, settings_.port},
      disk_(settings_.disk_threads) {}

Engine::~Engine() = default;

bool Engine::has(Transport transport) const {
    return std::ranges::count(settings_.transports, transport) > 0;
}

bool Engine::speaks(Dialect dialect) const {
    return std::ranges::count(settings_.dialects, dialect) > 0;
}

std::shared_ptr<Waiter<>> Engine::waiter_for(Waiting Engine::*list, detail::Completion<error_code> done) {
    return Waiter<>::make(std::move(done), [weak = weak_from_this(), list] {
        if (const auto self = weak.lock()) {
            self->on_strand([list](Engine& engine) { forget_cancelled(engine.*list); });
        }
    });
}

void Engine::forget_cancelled(Waiting& waiting) {
    std::erase_if(waiting, [](const auto& each) { return !each->waits(); });
}

void Engine::complete_all(Waiting& waiting, error_code error) {
    for (const auto& each : std::exchange(waiting, {})) {
        each->complete(error);
    }
}

void Engine::assemble() {
    const auto emit_later = [weak = weak_from_this()](Event event) {
        if (const auto self = weak.lock()) {
            self->on_strand([event = std::move(event)](Engine& engine) {
                if (const auto* trouble = std::get_if<Trouble>(&event)) {
                    engine.report(*trouble);
                } else {
                    engine.emit(event);
                }
            });
        }
    };
    folders_ = std::make_unique<share::Folders>(settings_, *hashes_, [weak = weak_from_this()](share::Report report) {
        if (const auto self = weak.lock()) {
            self->on_strand([report = std::move(report)](Engine& engine) mutable { engine.apply(std::move(report)); });
        }
    });
    library_->on_tree_wanted([weak = weak_from_this()](const std::filesystem::path& file) {
        if (const auto self = weak.lock()) {
            self->folders_->want_tree(file);
        }
    });
    http_ = std::make_unique<HttpServer>(executor_, disk_, settings_, library_, transfer_counters_, emit_later);
    downloads_ =
        std::make_unique<Downloads>(executor_, disk_, settings_, transfer_counters_, http_->alternates(), emit_later);
    http_->share_partial_files(downloads_->parts());
}

// ---- start ----

void Engine::start(detail::Completion<error_code> done) {
    const auto cancelled = std::make_shared<std::atomic<bool>>(false);
    done.on_cancel([cancelled] { cancelled->store(true); });
    asio::post(strand_, [self = shared_from_this(), done = std::move(done), cancelled]() mutable {
        if (self->phase_ != Phase::idle) {
            const bool over = self->phase_ == Phase::stopping || self->phase_ == Phase::stopped;
            done(over ? Error::stopped : Error::already_started);
            return;
        }
        self->phase_ = Phase::starting;
        auto starting = self->run_start(std::move(done), cancelled);
        asio::co_spawn(self->strand_, std::move(starting), [self](std::exception_ptr) {});
    });
}

asio::awaitable<void> Engine::run_start(detail::Completion<error_code> done, Cancelled cancelled) {
    auto beginning = begin(std::move(cancelled));
    const error_code error = co_await std::move(beginning);
    if (error) {
        phase_ = phase_ == Phase::starting ? Phase::idle : phase_;
        done(error);
        co_return;
    }
    const auto restore = [this] {
        downloads_->restore(store_);
        return error_code{};
    };
    co_await try_on_disk(disk_.queue(), restore);
    if (phase_ != Phase::running) {
        done(Error::stopped);
        co_return;
    }
    done({});
    if (store_) {
        router_->remember_hosts(store_->hosts());
    }
    const auto now = std::chrono::steady_clock::now();
    for (const Endpoint& neighbour : settings_.neighbours) {
        router_->join(neighbour, now, actions_);
    }
    act();
}

// All that may fail comes before anything begins that would have to be ended again.
asio::awaitable<error_code> Engine::begin(Cancelled cancelled) {
    error_code error = co_await prepare();
    if (phase_ != Phase::starting) {
        error = Error::stopped;
    }
    if (error) {
        co_return error;
    }
    BoundPort port = bind(error);
    if (error) {
        co_return error;
    }
    // Looking at the folders is disk work.
    const auto share = [this, cancelled] {
        return *cancelled ? asio::error::operation_aborted : folders_->add(settings_.shares);
    };
    error = co_await try_on_disk(disk_.queue(), share);
    if (phase_ != Phase::starting) {
        error = Error::stopped;
    }
    if (error) {
        co_return error;
    }
    listen(std::move(port));
    phase_ = Phase::running;
    co_return error_code();
}

asio::awaitable<error_code> Engine::prepare() {
    // Opening the database is disk work.
    auto work = [this]() -> std::pair<error_code, std::shared_ptr<store::Store>> {
        error_code error;
        std::shared_ptr<store::Store> store =
            store::Store::open(settings_.state_folder, error, std::chrono::system_clock::now, settings_.max_state_size);
        if (error) {
            return {error, nullptr};
        }
        store->on_moved_aside([weak = weak_from_this()](const std::filesystem::path& damaged) {
            if (const auto self = weak.lock()) {
                self->on_strand([damaged](Engine& engine) { engine.report({Error::state_damaged, damaged.string()}); });
            }
        });
        store->on_write_failed([weak = weak_from_this()](const store::Store::WriteFailure& failure) {
            if (const auto self = weak.lock()) {
                self->state_write_failed(failure);
            }
        });
        if (has(Transport::quic) || settings_.tls) {
            // The store has made the folder.
            key_ = IdentityKey::load_or_make(settings_.state_folder, error);
            if (error) {
                return {error, nullptr};
            }
        }
        if (settings_.tls) {
            tls_.emplace(*key_);
        }
        store->prune(settings_.hash_lifetime);
        hashes_->use(store);
        return {error_code(), std::move(store)};
    };
    try {
        auto [error, store] = co_await on_disk(disk_.queue(), std::move(work));
        store_ = std::move(store);
        co_return error;
    } catch (const boost::system::system_error& abandoned) {
        co_return abandoned.code();
    }
}

BoundPort Engine::bind(error_code& error) {
    BoundPort bound = bind_port(strand_, settings_.address, settings_.port, error);
    if (!error) {
        // On a strand of its own: what moves files must not wait for what decides about messages.
        bound.datagrams = move_to(asio::make_strand(executor_), std::move(bound.datagrams), error);
        error = error ? error_code(Error::cannot_listen) : error;
    }
    return bound;
}

void Engine::listen(BoundPort bound) {
    error_code ignored;
    const auto end = bound.acceptor.local_endpoint(ignored);
    {
        const std::lock_guard lock(local_mutex_);
        local_ = to_endpoint(end);
    }
    router_.emplace(settings_, identity_, end.port(), random_seed());
    if (events_.watched()) {
        router_->watch_queries(overlay::Router::QueryWatch::on);
    }
    auto port = serve_datagrams(std::move(bound.datagrams));
    searches_.emplace(strand_, settings_, *router_, actions_, udp::endpoint(end.address(), 0), [this] { act(); });
    answers_ = std::make_shared<Answers>(strand_, *router_, *library_, disk_.queue(), std::move(port), settings_, log_);
    begin_transfers();
    listener_ = std::make_shared<Listener>(
        std::move(bound.acceptor), executor_, settings_, tls_,
        [weak = weak_from_this()](Listener::Accepted connection) {
            if (const auto self = weak.lock()) {
                self->accepted(std::move(connection));
                self->act();
            }
        },
        [weak = weak_from_this()](Listener::Refusal refusal) {
            if (const auto self = weak.lock()) {
                ++(refusal == Listener::Refusal::too_many ? self->refused_connections_ : self->unknown_connections_);
            }
        });
    listener_->start();
    if (has(Transport::http) && settings_.reachability != Reachability::firewalled) {
        const auto key = has(Transport::quic) ? std::optional(key_->hash()) : std::nullopt;
        downloads_->announce({end.port(), settings_.announced_host, key});
    }
}

Answers::Port Engine::serve_datagrams(udp::socket socket) {
    const auto unknown = [weak = weak_from_this()](std::string_view, const udp::endpoint&) {
        if (const auto self = weak.lock()) {
            self->unknown_datagrams_.fetch_add(1, std::memory_order_relaxed);
        }
    };
    if (!has(Transport::quic)) {
        datagrams_ = std::make_shared<DatagramSocket>(std::move(socket), unknown);
        datagrams_->start();
        return [port = datagrams_](wire::Frame frame, const udp::endpoint& to) { port->send(std::move(frame), to); };
    }
    QuicEndpoint::Handlers handlers;
    handlers.other = unknown;
    handlers.accepted = [weak = weak_from_this()](QuicStream stream) {
        if (const auto self = weak.lock()) {
            self->http_->serve(std::move(stream));
        }
    };
    quic_ = std::make_shared<QuicEndpoint>(std::move(socket), *key_, settings_, std::move(handlers));
    quic_->start();
    downloads_->use(quic_);
    router_->show_key(key_->hash());
    return [port = quic_](wire::Frame frame, const udp::endpoint& to) { port->send(std::move(frame), to); };
}

// ---- stop ----

void Engine::stop(detail::Completion<error_code> done) {
    auto waiter = waiter_for(&Engine::waiting_for_stop_, std::move(done));
    asio::post(strand_, [self = shared_from_this(), waiter = std::move(waiter)]() mutable {
        self->begin_stop(std::move(waiter));
    });
}

void Engine::begin_stop(std::shared_ptr<Waiter<>> waiter) {
    if (phase_ == Phase::stopped) {
        waiter->complete({});
        return;
    }
    waiting_for_stop_.push_back(std::move(waiter));
    if (phase_ == Phase::stopping) {
        return;
    }
    phase_ = Phase::stopping;
    if (listener_) {
        listener_->stop();
    }
    refuse_waiters();
    interrupt_attempts();
    if (router_) {
        searches_->end_all(Error::stopped);
        router_->stop(std::chrono::steady_clock::now(), actions_);
        act();
    }
    end_transfers();
    http_->stop();
    downloads_->stop([weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->on_strand([](Engine& engine) {
                engine.downloads_stopped_ = true;
                engine.finish_stop_when_done();
            });
        }
    });
}

// Those who wait for what does not come any more.
void Engine::refuse_waiters() {
    for (const auto& dial : dials_) {
        if (dial->done) {
            dial->done(Error::stopped, Session());
        }
    }
    complete_all(waiting_for_shares_, Error::stopped);
}

void Engine::finish_stop_when_done() {
    if (phase_ != Phase::stopping || !downloads_stopped_ || !neighbours_.empty()) {
        return;
    }
    phase_ = Phase::stopped;
    std::vector<KnownHost> hosts = router_ ? router_->known_hosts() : std::vector<KnownHost>();
    tear_down();
    // The last disk work: ending the thread that reads folders, and remembering hosts.
    auto finish = [self = shared_from_this(), store = store_, hosts = std::move(hosts),
                   waiting = std::exchange(waiting_for_stop_, {})](DiskQueue::Admission admission) mutable {
        if (admission == DiskQueue::Admission::admitted) {
            self->folders_->stop();
            if (store && !hosts.empty()) {
                store->save_hosts(hosts);
            }
        }
        complete_all(waiting, {});
    };
    disk_.queue()->submit(std::move(finish));
}

void Engine::tear_down() {
    timer_.cancel();
    end_transfers();
    if (listener_) {
        listener_->stop();
    }
    if (searches_) {
        searches_->end_all(Error::stopped);
    }
    if (answers_) {
        answers_->stop();
    }
    if (datagrams_) {
        datagrams_->close();
    }
    if (quic_) {
        quic_->stop();
    }
    for (auto& [id, neighbour] : neighbours_) {
        neighbour.session->abort();
        if (!*neighbour.handle->ended) {
            tell_end(neighbour, Error::stopped);
        }
    }
}

void Engine::abandon() {
    disk_.stop();
    folders_->stop();
    asio::post(strand_, [self = shared_from_this()] {
        self->phase_ = Phase::stopped;
        self->refuse_waiters();
        complete_all(self->waiting_for_stop_, Error::stopped);
        self->interrupt_attempts();
        self->http_->stop();
        self->downloads_->stop([] {});
        self->tear_down();
    });
}

}  // namespace gnutella::net
