#include "net/engine.hpp"

#include "net/address.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::tcp;

// ---- what sessions report ----

void Engine::session_read(SessionId id, std::unique_ptr<ReadBatch> batch) {
    asio::post(strand_, [self = shared_from_this(), id, batch = std::move(batch)]() mutable {
        const auto found = self->neighbours_.find(id);
        if (found == self->neighbours_.end() || !self->router_) {
            return;
        }
        const auto session = found->second.session;
        const auto now = std::chrono::steady_clock::now();
        for (const wire::Message& message : batch->messages) {
            self->router_->receive(id, message, now, *self->library_, self->actions_);
        }
        for (std::size_t unknown = 0; unknown < batch->unknown; ++unknown) {
            self->router_->received_unknown(id, now);
        }
        for (const wire::Malformed problem : batch->dropped) {
            self->drop(id, problem, now);
        }
        if (batch->malformed) {
            self->router_->received_malformed(id, *batch->malformed, now, self->actions_);
        }
        self->act();
        session->batch_done(std::move(batch));
    });
}

void Engine::drop(SessionId id, wire::Malformed problem, overlay::TimePoint now) {
    router_->received_unreadable(id, now);
    if (const SessionInfo* const from = router_->session(id)) {
        log_(LogLevel::debug, "a message from ", from->remote.to_string(), " was dropped: ", wire::reason_of(problem));
    }
}

void Engine::session_lost(SessionId id, error_code reason) {
    on_strand([id, reason](Engine& self) {
        if (self.router_) {
            self.router_->closed(id, reason, std::chrono::steady_clock::now(), self.actions_);
            self.act();
        }
    });
}

void Engine::session_gone(SessionId id) {
    on_strand([id](Engine& self) {
        self.neighbours_.erase(id);
        self.finish_stop_when_done();
    });
}

void Engine::congestion_changed(SessionId id, overlay::Congestion congestion) {
    on_strand([id, congestion](Engine& self) {
        if (self.router_) {
            self.router_->congestion_changed(id, congestion);
        }
    });
}

void Engine::queue_overflowed(SessionId id) {
    on_strand([id](Engine& self) {
        if (self.router_) {
            self.router_->queue_overflowed(id, std::chrono::steady_clock::now(), self.actions_);
            self.act();
        }
    });
}

void Engine::messages_dropped(std::size_t count) {
    messages_dropped_.fetch_add(count, std::memory_order_relaxed);
}

// ---- what the router wants done ----

void Engine::act() {
    if (acting_) {
        return;  // called from within: the loop below sees what was added
    }
    acting_ = true;
    overlay::Actions doing;
    while (!actions_.empty()) {
        std::swap(doing, actions_);
        for (const auto& opened : doing.opened) {
            handle_opened(opened);
        }
        for (auto& send : doing.sends) {
            const auto found = neighbours_.find(send.to);
            if (found == neighbours_.end()) {
                continue;
            }
            if (found->second.outgoing.empty()) {
                with_outgoing_.push_back(send.to);
            }
            found->second.outgoing.push_back({std::move(send.frame), send.priority});
        }
        hand_over();
        for (auto& datagram : doing.datagrams) {
            answers_->send(std::move(datagram));
        }
        for (auto& file : doing.files) {
            answers_->send(std::move(file));
        }
        carry_out_transfers(doing);
        for (const auto& refused : doing.too_large) {
            log_too_large(refused);
        }
        for (const auto& hit : doing.hits) {
            downloads_->offer(hit.hit);  // first: who gets it next may begin one that it is not meant for
            searches_->deliver(hit);
            emit(hit);
        }
        for (const auto& seen : doing.queries_seen) {
            emit(seen);
        }
        for (const auto& close : doing.closes) {
            if (const auto found = neighbours_.find(close.session); found != neighbours_.end()) {
                found->second.session->close_when_sent();
            }
        }
        for (const auto& closed : doing.closed) {
            handle_closed(closed);
        }
        for (const auto& failed : doing.joins_failed) {
            log_(LogLevel::info, "cannot join ", failed.neighbour.to_string(), ": ", failed.reason.message());
            emit(failed);
        }
        for (auto& connect : doing.connects) {
            start_dial(std::make_shared<Dial>(std::move(connect.to)));
        }
        doing.clear();
    }
    std::swap(doing, actions_);  // keep the larger buffers for the next time
    acting_ = false;
    arm_timer();
}

void Engine::hand_over() {
    for (const SessionId id : with_outgoing_) {
        const auto found = neighbours_.find(id);
        if (found != neighbours_.end()) {
            found->second.session->send(std::exchange(found->second.outgoing, {}));
        }
    }
    with_outgoing_.clear();
}

void Engine::handle_opened(const overlay::Actions::Opened& opened) {
    const auto found = neighbours_.find(opened.info.id);
    if (found == neighbours_.end()) {
        return;
    }
    Neighbour& neighbour = found->second;
    if (opened.info.legacy) {
        neighbour.session->pace();
    }
    log_(LogLevel::info, "session with ", opened.info.remote.to_string(), " is open",
         opened.info.legacy ? " (legacy peer)" : "");
    if (const auto dial = std::exchange(neighbour.dial, nullptr)) {
        if (dial->done) {
            dial->done({}, Session(opened.info, neighbour.handle));
        }
        std::erase(dials_, dial);
    }
    emit(SessionOpened{opened.info});
}

void Engine::handle_closed(const overlay::Actions::Closed& closed) {
    log_(LogLevel::info, "session with ", closed.info.remote.to_string(), " has ended: ", closed.reason.message(),
         closed.text.empty() ? "" : " (", closed.text, closed.text.empty() ? "" : ")");
    std::shared_ptr<Dial> dial;
    if (const auto found = neighbours_.find(closed.info.id); found != neighbours_.end()) {
        dial = std::exchange(found->second.dial, nullptr);
        tell_end(found->second, closed.reason);
    }
    if (closed.was_open) {
        emit(SessionClosed{closed.info, closed.reason, closed.text});
    }
    if (dial) {
        attempt_failed(dial, closed.reason, closed.text);
    }
}

void Engine::tell_end(Neighbour& neighbour, error_code reason) {
    *neighbour.handle->ended = reason;
    complete_all(neighbour.waiting_for_end, reason);
}

void Engine::log_too_large(const overlay::Actions::TooLarge& refused) {
    const SharedFile* const file = library_->index().file(refused.file);
    const SessionInfo* const asker = router_->session(refused.asked_over);
    if (file != nullptr && asker != nullptr) {
        log_(LogLevel::warning, "cannot send ", file->name, " to a legacy peer behind ", asker->remote.to_string(),
             ": its ", std::to_string(file->size), " bytes do not fit in one datagram");
    }
}

void Engine::arm_timer() {
    const auto due = router_->next_deadline();
    if (due >= armed_for_) {
        return;  // the timer comes early enough, and looks again then
    }
    armed_for_ = due;
    timer_.expires_at(due);
    timer_.async_wait([weak = weak_from_this()](error_code cancelled) {
        const auto self = weak.lock();
        if (cancelled || !self || !self->router_) {
            return;
        }
        self->armed_for_ = overlay::TimePoint::max();
        self->router_->tick(std::chrono::steady_clock::now(), *self->library_, self->actions_);
        self->act();
    });
}

void Engine::report(const Trouble& trouble) {
    log_(LogLevel::warning, trouble.subject, ": ", trouble.error.message());
    emit(trouble);
}

// On the thread that wrote.
void Engine::state_write_failed(const store::Store::WriteFailure& failure) {
    state_writes_failed_.fetch_add(1, std::memory_order_relaxed);
    if (failure.tell == store::Store::WriteFailure::Tell::yes) {
        on_strand([error = failure.error](Engine& self) {
            self.report({error, self.settings_.state_folder.string()});
        });
    }
}

void Engine::emit(const Event& event) {
    if (const auto* failed = std::get_if<SourceFailed>(&event)) {
        log_(LogLevel::info, "download of ", failed->name, ": ", failed->source.to_string(), ": ",
             failed->error.message(), failed->struck_off ? " (it is not asked again)" : "");
    }
    events_.emit(event);
}

// ---- connections ----

void Engine::accepted(Listener::Accepted connection) {
    error_code error;
    const tcp::endpoint remote = connection.channel.socket().remote_endpoint(error);
    if (error || phase_ != Phase::running) {
        return;
    }
    if (connection.kind == wire::FirstBytes::json && speaks(Dialect::json)) {
        if (!has_room_to_say_so()) {
            ++refused_connections_;
            return;
        }
        Connection accepted{std::move(connection.channel)};
        accepted.first_bytes = std::move(connection.first_bytes);
        accepted.ticket = std::move(connection.ticket);
        adopt(std::move(accepted));
    } else if (connection.kind == wire::FirstBytes::gnutella && speaks(Dialect::gnutella)) {
        greet(std::move(connection));
    } else if (connection.kind == wire::FirstBytes::http && has(Transport::http)) {
        http_->serve(std::move(connection.channel), std::move(connection.first_bytes), to_endpoint(remote),
                     std::move(connection.ticket));
    } else if (connection.kind == wire::FirstBytes::giv && has(Transport::http)) {
        pushed_connections_->accept(std::move(connection.channel), std::move(connection.first_bytes),
                                    std::move(connection.ticket));
    } else {
        ++unknown_connections_;
    }
}

// Those who are told that they are too many stay for as long as it takes them to read it.
bool Engine::has_room_to_say_so() const {
    return neighbours_.size() < settings_.max_sessions || neighbours_.size() - settings_.max_sessions < max_refusals;
}

void Engine::join(Endpoint endpoint) {
    on_strand([endpoint = std::move(endpoint)](Engine& self) {
        if (self.phase_ == Phase::running) {
            self.router_->join(endpoint, std::chrono::steady_clock::now(), self.actions_);
            self.act();
        }
    });
}

void Engine::leave(Endpoint endpoint) {
    on_strand([endpoint = std::move(endpoint)](Engine& self) {
        if (self.router_) {
            self.router_->leave(endpoint);
        }
    });
}

void Engine::close_session(SessionId id, std::string reason) {
    on_strand([id, reason = std::move(reason)](Engine& self) {
        if (self.router_) {
            self.router_->disconnect(id, reason, std::chrono::steady_clock::now(), self.actions_);
            self.act();
        }
    });
}

std::shared_ptr<Session::State> Engine::session(SessionId id) {
    auto handle = std::make_shared<Session::State>(id, weak_from_this(), executor_, strand_);
    on_strand([handle](Engine& self) {
        if (const auto found = self.neighbours_.find(handle->id); found != self.neighbours_.end()) {
            handle->ended = found->second.handle->ended;
        }
    });
    return handle;
}

void Engine::wait_closed(const Session::State& session, std::shared_ptr<Waiter<>> waiter) {
    const auto found = neighbours_.find(session.id);
    if (found != neighbours_.end() && !*session.ended) {
        found->second.waiting_for_end.push_back(std::move(waiter));
    } else {
        waiter->complete(session.ended->value_or(Error::lost));
    }
}

void Engine::forget_cancelled_waits(SessionId id) {
    if (const auto found = neighbours_.find(id); found != neighbours_.end()) {
        forget_cancelled(found->second.waiting_for_end);
    }
}

}  // namespace gnutella::net
