// How connections become sessions: those that others open, and those that we do, in one dialect after another.

#include "net/address.hpp"
#include "net/ask.hpp"
#include "net/dial.hpp"
#include "net/engine.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using Handshake = GnutellaHandshake::Result;

namespace {

Handshake failure(error_code reason) {
    Handshake result;
    result.error = reason;
    return result;
}

// A handshake that threw has run out of memory, or was cancelled.
Handshake result_of(const std::exception_ptr& thrown, Handshake handshake) {
    return thrown ? failure(Error::lost) : std::move(handshake);
}

}  // namespace

// ---- who connects to us ----

void Engine::greet(Listener::Accepted connection) {
    using Room = overlay::Router::Room;
    const std::size_t taken = router_->session_count() + greetings_.size() - refusals_;
    const Room room = taken < settings_.max_sessions ? Room::there : Room::none;
    if (room == Room::none) {
        ++refused_connections_;
        if (refusals_ >= max_refusals) {
            return;
        }
        ++refusals_;
    }
    const auto attempt = std::make_shared<Attempt>(std::move(connection.channel));
    attempt->room = room;
    greetings_.insert(attempt);
    auto handshake = shake_hands(attempt, Direction::incoming, std::move(connection.first_bytes));
    auto done = [self = shared_from_this(), attempt, ticket = std::move(connection.ticket)](
                    const std::exception_ptr& thrown, Handshake result) mutable {
        asio::post(self->strand_, [self, attempt, ticket = std::move(ticket),
                                   result = result_of(thrown, std::move(result))]() mutable {
            self->greeted(attempt, std::move(ticket), std::move(result));
        });
    };
    asio::co_spawn(attempt->strand, std::move(handshake),
                   asio::bind_cancellation_slot(attempt->cancel.slot(), std::move(done)));
}

void Engine::greeted(const std::shared_ptr<Attempt>& attempt, std::shared_ptr<void> ticket, Handshake handshake) {
    greetings_.erase(attempt);
    refusals_ -= attempt->room == overlay::Router::Room::none;
    if (phase_ != Phase::running) {
        return;
    }
    if (handshake.error) {
        ++handshakes_failed_;
        log_(LogLevel::debug, "a handshake led to no session: ", handshake.error.message(),
             handshake.text.empty() ? "" : ": ", handshake.text);
        return;
    }
    Connection connection{std::move(attempt->channel)};
    connection.first_bytes = std::move(handshake.first_bytes);
    connection.ticket = std::move(ticket);
    connection.handshake = std::move(handshake);
    adopt(std::move(connection));
    act();
}

asio::awaitable<Handshake> Engine::shake_hands(std::shared_ptr<Attempt> attempt, Direction direction,
                                               std::string first_bytes) {
    co_await asio::this_coro::throw_if_cancelled(false);
    error_code error;
    Channel& channel = attempt->channel;
    const tcp::endpoint remote = channel.socket().remote_endpoint(error);
    const tcp::endpoint local = error ? tcp::endpoint() : channel.socket().local_endpoint(error);
    if (error) {
        co_return failure(Error::lost);
    }
    const overlay::Router::HandshakeContext context{direction, to_endpoint(remote), to_endpoint(local),
                                                    to_wire(remote.address()), attempt->room};
    auto side = GnutellaHandshake::Side::acceptor;
    wire::HandshakeHeaders ours;
    if (direction == Direction::outgoing) {
        side = GnutellaHandshake::Side::connector;
        auto greeting =
            ask(strand_, [this, context, &channel] { return words_for(router_->greeting(context), channel); });
        ours = co_await std::move(greeting);
    }
    auto judge = [this, context, &channel](wire::HandshakeHeaders theirs) {
        return ask(strand_, [this, context, &channel, theirs = std::move(theirs)] {
            return judge_handshake(context, theirs, channel);
        });
    };
    GnutellaHandshake handshake(channel, side, std::move(ours), std::move(judge),
                                {settings_.gnutella_handshake_timeout, settings_.bye_timeout}, tls_ ? &*tls_ : nullptr);
    auto conversation = handshake.run(std::move(first_bytes));
    Handshake result = co_await std::move(conversation);
    result.far_end = context.remote_address;
    co_return result;
}

overlay::Router::HandshakeVerdict Engine::judge_handshake(const overlay::Router::HandshakeContext& context,
                                                          const wire::HandshakeHeaders& theirs,
                                                          const Channel& channel) {
    if (phase_ != Phase::running) {
        return {wire::HandshakeRefusal{503, "Shutting down"}, Error::stopped, {}, {}};
    }
    overlay::Router::HandshakeVerdict verdict = router_->judge(context, theirs);
    verdict.ours = words_for(std::move(verdict.ours), channel);
    return verdict;
}

// What can be put around messages is not the router's to know.
wire::HandshakeHeaders Engine::words_for(wire::HandshakeHeaders headers, const Channel& channel) const {
    headers.accepts_deflate = settings_.deflate;
    headers.sends_deflate = settings_.deflate;
    headers.offers_tls = tls_ && !channel.is_encrypted();
    return headers;
}

void Engine::adopt(Connection connection) {
    const std::shared_ptr<Dial> dial = connection.dial;
    error_code error;
    const tcp::endpoint remote = connection.channel.socket().remote_endpoint(error);
    const tcp::endpoint local = error ? tcp::endpoint() : connection.channel.socket().local_endpoint(error);
    if (error) {
        // The far end is gone already: as if it had closed a moment later.
        if (dial) {
            attempt_failed(dial, Error::lost, {});
        }
        return;
    }
    overlay::Router::Start start;
    start.id = ++last_session_;
    start.direction = connection.direction;
    start.remote = to_endpoint(remote);
    start.local = to_endpoint(local);
    start.remote_address = to_wire(remote.address());
    start.layers.tls = connection.channel.is_encrypted();
    if (connection.handshake) {
        start.dialect = Dialect::gnutella;
        start.layers.sends_deflated = connection.handshake->agreed.sends_deflated;
        start.layers.receives_deflated = connection.handshake->agreed.receives_deflated;
        start.round_trip = connection.handshake->round_trip;
        start.handshake = std::move(connection.handshake->theirs);
    }
    Neighbour& neighbour = neighbours_[start.id];
    neighbour.session = std::make_shared<TcpSession>(
        start.id, std::move(connection.channel), TcpSession::Form{start.dialect, start.layers}, settings_, batches_,
        std::weak_ptr<TcpSession::Host>(weak_from_this()), std::move(connection.ticket));
    neighbour.handle = std::make_shared<Session::State>(start.id, weak_from_this(), executor_, strand_);
    neighbour.dial = dial;
    if (dial) {
        start.target = dial->to;
        start.on_failure = overlay::Router::Start::OnFailure::dialect_follows;
        dial->session = start.id;
    }
    neighbour.session->start(std::move(connection.first_bytes));
    router_->opened(start, std::chrono::steady_clock::now(), actions_);
}

// ---- whom we connect to ----

void Engine::connect(ConnectRequest request, detail::Completion<error_code, Session> done) {
    const auto dial = std::make_shared<Dial>(std::move(request.peer));
    dial->who = Dial::For::user;
    dial->forced = request.dialect;
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

void Engine::start_dial(const std::shared_ptr<Dial>& dial) {
    dials_.push_back(dial);
    dial->dialects.emplace(dial->forced ? std::vector{*dial->forced} : router_->dialects_for(dial->to));
    start_attempt(dial);
}

void Engine::start_attempt(const std::shared_ptr<Dial>& dial) {
    dial->attempt = std::make_shared<Attempt>(Channel(tcp::socket(asio::make_strand(executor_))));
    auto reaching = reach(dial->attempt, dial->to, dial->dialects->current());
    auto done = [self = shared_from_this(), dial](const std::exception_ptr& thrown, Handshake result) {
        asio::post(self->strand_, [self, dial, result = result_of(thrown, std::move(result))]() mutable {
            self->dialled(dial, std::move(result));
        });
    };
    asio::co_spawn(dial->attempt->strand, std::move(reaching),
                   asio::bind_cancellation_slot(dial->attempt->cancel.slot(), std::move(done)));
}

asio::awaitable<Handshake> Engine::reach(std::shared_ptr<Attempt> attempt, Endpoint to, Dialect dialect) {
    co_await asio::this_coro::throw_if_cancelled(false);
    Handshake result;
    auto dialling = net::dial(attempt->channel.socket(), to, settings_.connect_timeout);
    result.error = co_await std::move(dialling);
    if (!result.error && dialect == Dialect::gnutella) {
        auto handshake = shake_hands(attempt, Direction::outgoing, {});
        result = co_await std::move(handshake);
    }
    co_return result;
}

void Engine::dialled(const std::shared_ptr<Dial>& dial, Handshake result) {
    if (dial->cancelled) {
        result.error = asio::error::operation_aborted;
    } else if (phase_ != Phase::running) {
        result.error = Error::stopped;
    }
    const bool in_gnutella = dial->dialects->current() == Dialect::gnutella;
    if (result.error) {
        if (result.error == Error::handshake_refused) {
            router_->refused_handshake(result.far_end, result.theirs.try_ultrapeers);
            router_->refused_handshake(result.far_end, result.theirs.try_hosts);
        }
        handshakes_failed_ += result.error == Error::handshake_refused || result.error == Error::not_gnutella ||
                              result.error == Error::handshake_timed_out;
        attempt_failed(dial, result.error, std::move(result.text));
    } else {
        Connection connection{std::move(dial->attempt->channel)};
        connection.direction = Direction::outgoing;
        connection.dial = dial;
        if (in_gnutella) {
            connection.first_bytes = std::move(result.first_bytes);
            connection.handshake = std::move(result);
        }
        adopt(std::move(connection));
    }
    if (router_) {
        act();
    }
}

void Engine::attempt_failed(const std::shared_ptr<Dial>& dial, error_code reason, std::string text) {
    dial->had_session = std::exchange(dial->session, 0) != 0;
    const auto next = dial->dialects->failed(reason, std::move(text));
    const bool wanted = phase_ == Phase::running && !dial->cancelled;
    if (wanted && next == DialectAttempts::Next::try_current) {
        start_attempt(dial);
    } else {
        finish(dial, dial->dialects->reason(), dial->dialects->text());
    }
}

void Engine::finish(const std::shared_ptr<Dial>& dial, error_code reason, const std::string& text) {
    std::erase(dials_, dial);
    if (dial->done) {
        if (phase_ == Phase::running && !dial->cancelled) {
            log_(LogLevel::info, "no session with ", dial->to.to_string(), ": ", reason.message(),
                 text.empty() ? "" : ": ", text);
            emit(ConnectFailed{dial->to, reason, text});
        }
        dial->done(reason, Session());
    }
    // The router knows already what its own session has found out.
    const bool is_known =
        dial->had_session && (reason == Error::connected_to_self || reason == Error::already_connected);
    if (dial->who == Dial::For::router && phase_ == Phase::running && !is_known) {
        const std::size_t told = actions_.joins_failed.size();
        router_->connect_failed(dial->to, reason, std::chrono::steady_clock::now(), actions_);
        if (actions_.joins_failed.size() > told) {
            actions_.joins_failed.back().text = text;
        }
    }
}

// ---- giving up ----

// A signal may be emitted only where nothing of what it ends is running.
void Engine::interrupt(const std::shared_ptr<Attempt>& attempt) {
    asio::post(attempt->strand, [attempt] { attempt->cancel.emit(asio::cancellation_type::terminal); });
}

void Engine::interrupt_attempts() {
    for (const auto& dial : dials_) {
        if (dial->session == 0) {
            interrupt(dial->attempt);
        }
    }
    for (const auto& attempt : greetings_) {
        interrupt(attempt);
    }
}

void Engine::cancel_dial(const std::shared_ptr<Dial>& dial) {
    dial->cancelled = true;
    if (dial->session == 0) {
        // The connection may stand already, with nothing left that the signal could reach.
        if (dial->attempt) {
            interrupt(dial->attempt);
        }
        return;
    }
    if (dial->done) {
        dial->done(asio::error::operation_aborted, Session());
        router_->disconnect(dial->session, "", std::chrono::steady_clock::now(), actions_);
        act();
    }
}

}  // namespace gnutella::net
