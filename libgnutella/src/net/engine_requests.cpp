#include "net/engine.hpp"

#include <utility>

// What the users of a Peer ask of it: searches, downloads, shares, numbers.

namespace gnutella::net {

std::shared_ptr<Query::State> Engine::query(QueryRequest request) {
    auto state = std::make_shared<Query::State>(executor_, strand_, Guid::random(), std::move(request));
    state->abandon = [weak = weak_from_this()](const Guid& id) {
        if (const auto self = weak.lock()) {
            self->on_strand([id](Engine& engine) {
                if (engine.searches_) {
                    engine.searches_->end(id, {});
                }
            });
        }
    };
    on_strand([state](Engine& self) {
        if (self.phase_ != Phase::running) {
            state->end(self.phase_ < Phase::running ? Error::not_started : Error::stopped);
            return;
        }
        self.searches_->start(state);
    });
    return state;
}

std::shared_ptr<Download::State> Engine::download(DownloadRequest request) {
    return downloads_->start(std::move(request));
}

std::vector<std::shared_ptr<Download::State>> Engine::downloads() const {
    return downloads_->list();
}

void Engine::apply(share::Report changes) {
    for (const auto& path : changes.removed) {
        library_->index().remove(path);
    }
    for (auto& file : changes.added) {
        library_->index().add(std::move(file));
    }
    files_left_out_ += changes.left_out;
    for (const auto& trouble : changes.troubles) {
        report(trouble);
    }
    for (const auto& read : changes.read) {
        log_(LogLevel::info, "sharing ", std::to_string(read.files), " files of ", read.folder.string());
        emit(read);
    }
    last_report_settled_ = changes.settled;
    last_report_orders_ = changes.orders;
    complete_share_waiters();
}

bool Engine::shares_settled() const {
    return last_report_settled_ && last_report_orders_ == folders_->orders();
}

void Engine::complete_share_waiters() {
    if (waiting_for_shares_.empty() || !shares_settled()) {
        return;
    }
    complete_all(waiting_for_shares_, {});
}

void Engine::share(std::filesystem::path folder, detail::Completion<error_code> done) {
    auto waiter = Waiter<>::make(std::move(done));
    on_strand([folder = std::move(folder), waiter = std::move(waiter)](Engine& self) mutable {
        if (self.phase_ != Phase::running) {
            waiter->complete(self.phase_ < Phase::running ? Error::not_started : Error::stopped);
            return;
        }
        auto add = [weak = self.weak_from_this(), folder = std::move(folder),
                    waiter = std::move(waiter)](DiskQueue::Admission admission) {
            if (!waiter->waits()) {
                return;
            }
            const auto engine = weak.lock();
            const bool possible = engine && admission == DiskQueue::Admission::admitted;
            waiter->complete(possible ? engine->folders_->add(folder) : error_code(Error::stopped));
        };
        self.disk_.queue()->submit(std::move(add));
    });
}

void Engine::unshare(std::filesystem::path folder) {
    on_strand([folder = std::move(folder)](Engine& self) {
        self.disk_.queue()->submit([weak = self.weak_from_this(), folder](DiskQueue::Admission admission) {
            const auto engine = weak.lock();
            if (engine && admission == DiskQueue::Admission::admitted) {
                engine->folders_->remove(folder);
            }
        });
    });
}

void Engine::wait_for_shares(detail::Completion<error_code> done) {
    auto waiter = waiter_for(&Engine::waiting_for_shares_, std::move(done));
    on_strand([waiter = std::move(waiter)](Engine& self) mutable {
        if (self.phase_ != Phase::running) {
            waiter->complete(self.phase_ < Phase::running ? Error::not_started : Error::stopped);
            return;
        }
        self.waiting_for_shares_.push_back(std::move(waiter));
        self.complete_share_waiters();
    });
}

void Engine::files(detail::Completion<error_code, std::vector<SharedFile>> done) {
    auto waiter = Waiter<std::vector<SharedFile>>::make(std::move(done));
    on_strand([waiter = std::move(waiter)](Engine& self) { waiter->complete({}, self.library_->index().all()); });
}

void Engine::status(detail::Completion<error_code, Status> done) {
    auto waiter = Waiter<Status>::make(std::move(done));
    on_strand([waiter = std::move(waiter)](Engine& self) {
        Status status;
        if (self.router_) {
            status.sessions = self.router_->sessions();
        }
        status.files = self.library_->files();
        status.bytes = self.library_->bytes();
        status.shares_settled = self.shares_settled();
        status.counters = self.counters();
        waiter->complete({}, std::move(status));
    });
}

Counters Engine::counters() const {
    Counters all = router_ ? router_->counters() : Counters{};
    all.dropped_from_queues += messages_dropped_.load(std::memory_order_relaxed);
    all.unknown_datagrams += unknown_datagrams_.load(std::memory_order_relaxed);
    all.refused_connections += refused_connections_;
    all.unknown_connections += unknown_connections_;
    all.handshakes_failed += handshakes_failed_;
    all.fetched_for_askers += fetched_for_askers_;
    all.files_not_shared += files_left_out_;
    all.state_writes_failed += state_writes_failed_.load(std::memory_order_relaxed);
    transfer_counters_->add_to(all);
    if (quic_) {
        quic_->counters().add_to(all);
    }
    if (answers_) {
        all.raw_files_sent += answers_->raw_files_sent();
        all.refused_datagrams += answers_->not_sent();
        all.files_not_shared += answers_->files_changed();
    }
    return all;
}

std::shared_ptr<void> Engine::subscribe(EventHandler handler) {
    auto subscription = events_.subscribe(std::move(handler));
    on_strand([](Engine& self) {
        if (self.router_) {
            self.router_->watch_queries(overlay::Router::QueryWatch::on);
        }
    });
    return subscription;
}

Endpoint Engine::local_endpoint() const {
    const std::lock_guard lock(local_mutex_);
    return local_;
}

}  // namespace gnutella::net
