#include "net/engine.hpp"

#include "net/address.hpp"
#include "net/dial.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

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
        if (batch->malformed) {
            self->router_->received_malformed(id, *batch->malformed, now, self->actions_);
        }
        self->act();
        session->batch_done(std::move(batch));
    });
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
        for (const auto& refused : doing.too_large) {
            log_too_large(refused);
        }
        for (const auto& hit : doing.hits) {
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
            start_dial(make_dial(std::move(connect.to)));
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
    if (neighbour.connecting) {
        neighbour.connecting({}, Session(opened.info, neighbour.handle));
        std::erase_if(dials_, [&](const auto& dial) { return dial->session == opened.info.id; });
    }
    emit(SessionOpened{opened.info});
}

void Engine::handle_closed(const overlay::Actions::Closed& closed) {
    log_(LogLevel::info, "session with ", closed.info.remote.to_string(), " has ended: ", closed.reason.message(),
         closed.text.empty() ? "" : " (", closed.text, closed.text.empty() ? "" : ")");
    std::erase_if(dials_, [&](const auto& dial) { return dial->session == closed.info.id; });
    if (const auto found = neighbours_.find(closed.info.id); found != neighbours_.end()) {
        Neighbour& neighbour = found->second;
        neighbour.handle->ended = closed.reason;
        if (neighbour.connecting) {
            neighbour.connecting(closed.reason, Session());
        }
        for (auto& waiting : std::exchange(neighbour.waiting_for_end, {})) {
            waiting(closed.reason);
        }
    }
    if (closed.was_open) {
        emit(SessionClosed{closed.info, closed.reason, closed.text});
    }
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
        self->router_->tick(std::chrono::steady_clock::now(), self->actions_);
        self->act();
    });
}

void Engine::report(const Trouble& trouble) {
    log_(LogLevel::warning, trouble.subject, ": ", trouble.error.message());
    emit(trouble);
}

void Engine::emit(const Event& event) {
    events_.emit(event);
}

// ---- connections ----

void Engine::accepted(Listener::Accepted connection) {
    error_code error;
    const tcp::endpoint remote = connection.socket.remote_endpoint(error);
    if (error || phase_ != Phase::running) {
        return;
    }
    if (connection.kind == wire::FirstBytes::json) {
        adopt(std::move(connection.socket), Direction::incoming, std::move(connection.first_bytes),
              std::move(connection.ticket), nullptr);
    } else if (connection.kind == wire::FirstBytes::http && has(Transport::http)) {
        http_->serve(std::move(connection.socket), std::move(connection.first_bytes), to_endpoint(remote),
                     std::move(connection.ticket));
    } else {
        ++unknown_connections_;
    }
}

void Engine::adopt(tcp::socket socket, Direction direction, std::string first_bytes, std::shared_ptr<void> ticket,
                   const std::shared_ptr<Dial>& dial) {
    error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    const tcp::endpoint local = error ? tcp::endpoint() : socket.local_endpoint(error);
    if (error) {
        // The far end is gone already: as if it had closed a moment later.
        if (dial && dial->done) {
            dial->done(Error::lost, Session());
        } else if (dial) {
            router_->connect_failed(dial->to, Error::lost, std::chrono::steady_clock::now(), actions_);
        }
        return;
    }
    overlay::Router::Start start;
    start.id = ++last_session_;
    start.direction = direction;
    start.remote = to_endpoint(remote);
    start.local = to_endpoint(local);
    start.remote_address = to_wire(remote.address());
    Neighbour& neighbour = neighbours_[start.id];
    neighbour.session =
        std::make_shared<TcpSession>(start.id, std::move(socket), settings_, batches_,
                                     std::weak_ptr<TcpSession::Host>(weak_from_this()), std::move(ticket));
    neighbour.handle = std::make_shared<Session::State>(start.id, weak_from_this(), executor_, strand_);
    if (dial) {
        start.target = dial->to;
        dial->session = start.id;
        neighbour.connecting = std::move(dial->done);
    }
    neighbour.session->start(std::move(first_bytes));
    router_->opened(start, std::chrono::steady_clock::now(), actions_);
}

std::shared_ptr<Engine::Dial> Engine::make_dial(Endpoint to) const {
    return std::make_shared<Dial>(std::move(to), asio::make_strand(executor_));
}

void Engine::start_dial(const std::shared_ptr<Dial>& dial) {
    dials_.push_back(dial);
    auto attempt = net::dial(dial->socket, dial->to, settings_.connect_timeout);
    asio::co_spawn(dial->strand, std::move(attempt),
                   asio::bind_cancellation_slot(dial->cancel.slot(), [self = shared_from_this(), dial](
                                                                         std::exception_ptr failure, error_code error) {
                       if (failure) {
                           error = Error::cannot_connect;
                       }
                       asio::post(self->strand_, [self, dial, error] { self->dialled(dial, error); });
                   }));
}

void Engine::dialled(const std::shared_ptr<Dial>& dial, error_code error) {
    if (dial->cancelled) {
        error = asio::error::operation_aborted;
    } else if (phase_ != Phase::running) {
        error = Error::stopped;
    }
    if (!error) {
        adopt(std::move(dial->socket), Direction::outgoing, {}, nullptr, dial);
    } else if (dial->done) {
        dial->done(error, Session());
    } else if (phase_ == Phase::running) {
        router_->connect_failed(dial->to, error, std::chrono::steady_clock::now(), actions_);
    }
    if (dial->session == 0) {
        std::erase(dials_, dial);
    }
    if (router_) {
        act();
    }
}

// A signal may be emitted only where nothing of what it ends is running.
void Engine::interrupt(const std::shared_ptr<Dial>& dial) {
    asio::post(dial->strand, [dial] { dial->cancel.emit(asio::cancellation_type::terminal); });
}

void Engine::connect(Endpoint endpoint, detail::Completion<error_code, Session> done) {
    const auto dial = make_dial(std::move(endpoint));
    done.on_cancel([weak = weak_from_this(), weak_dial = std::weak_ptr(dial)] {
        const auto self = weak.lock();
        if (!self) {
            return;
        }
        self->on_strand([weak_dial](Engine& engine) {
            if (const auto cancelled = weak_dial.lock()) {
                engine.cancel_dial(cancelled);
            }
        });
    });
    dial->done = std::move(done);
    on_strand([dial](Engine& self) {
        if (self.phase_ != Phase::running) {
            dial->done(self.phase_ < Phase::running ? Error::not_started : Error::stopped, Session());
            return;
        }
        self.start_dial(dial);
    });
}

void Engine::cancel_dial(const std::shared_ptr<Dial>& dial) {
    if (dial->session == 0) {
        dial->cancelled = true;  // the connection may stand already, with nothing left that the signal could reach
        interrupt(dial);
        return;
    }
    const auto found = neighbours_.find(dial->session);
    if (found != neighbours_.end() && found->second.connecting) {
        found->second.connecting(asio::error::operation_aborted, Session());
        router_->disconnect(dial->session, "", std::chrono::steady_clock::now(), actions_);
        act();
    }
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

void Engine::wait_closed(std::shared_ptr<Session::State> session, detail::Completion<error_code> done) {
    const auto found = neighbours_.find(session->id);
    if (found != neighbours_.end() && !found->second.handle->ended) {
        found->second.waiting_for_end.push_back(std::move(done));
        return;
    }
    if (found != neighbours_.end()) {
        session->ended = found->second.handle->ended;
    }
    done(session->ended.value_or(Error::lost));
}

}  // namespace gnutella::net
