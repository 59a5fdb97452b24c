#include "net/gnutella_handshake.hpp"

#include "net/cancellation.hpp"
#include "net/no_throw.hpp"
#include "net/stream_end.hpp"
#include "wire/gnutella/handshake_lines.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using Next = wire::HandshakeMachine::Next;

namespace {

std::string words_of(const wire::HandshakeRefusal& refusal) {
    return std::to_string(refusal.code) + (refusal.reason.empty() ? "" : " ") + refusal.reason;
}

}  // namespace

GnutellaHandshake::GnutellaHandshake(Channel& channel, Side side, wire::HandshakeHeaders ours, Judge judge,
                                     const Limits& limits, const TlsCredentials* tls)
    : channel_(channel),
      side_(side),
      machine_(side, std::move(ours)),
      judge_(std::move(judge)),
      limits_(limits),
      tls_(tls),
      watch_(channel.get_executor()) {}

asio::awaitable<GnutellaHandshake::Result> GnutellaHandshake::run(std::string first_bytes) {
    co_await asio::this_coro::throw_if_cancelled(false);
    input_ = std::move(first_bytes);
    began_ = Clock::now();
    watch_.on_stall([this] {
        late_ = true;
        error_code ignored;
        channel_.socket().cancel(ignored);
    });
    watch_.start(limits_.time);
    co_await converse();
    const bool cancelled = co_await is_cancelled();
    if (cancelled) {
        result_.error = asio::error::operation_aborted;
    } else if (result_.error) {
        co_await take_leave();
    }
    watch_.stop();
    if (result_.error) {
        channel_.close();
    }
    co_return std::move(result_);
}

asio::awaitable<void> GnutellaHandshake::converse() {
    Step step = machine_.start();
    while (!result_.error) {
        // Each time around: a cancellation ends what is waited for at that moment, and nothing later.
        const bool cancelled = co_await is_cancelled();
        if (cancelled) {
            give_up();
        } else if (!step.send.empty()) {
            const std::string words = std::exchange(step.send, {});
            co_await say(words);
            refused_ = step.next == Next::closed;
        } else if (step.next == Next::more && input_.empty()) {
            co_await hear();
        } else if (step.next == Next::more) {
            step = machine_.feed(input_);
            input_.erase(0, step.consumed);
        } else if (step.next == Next::decide) {
            step = co_await decide();
        } else {
            conclude(step.next);
            if (!result_.error && result_.agreed.upgrades_to_tls) {
                co_await begin_tls();
            }
            co_return;
        }
    }
}

asio::awaitable<void> GnutellaHandshake::say(const std::string& words) {
    answered_ = true;
    const auto buffer = asio::buffer(words);
    const auto [error, sent] = co_await asio::async_write(channel_, buffer, no_throw);
    if (error || late_) {
        give_up();
    }
}

asio::awaitable<void> GnutellaHandshake::hear() {
    std::array<char, 4096> bytes;
    const auto buffer = asio::buffer(bytes);
    const auto [error, got] = co_await channel_.async_read_some(buffer, no_throw);
    if (error || late_) {
        give_up();
        co_return;
    }
    input_.assign(bytes.data(), got);
}

asio::awaitable<GnutellaHandshake::Step> GnutellaHandshake::decide() {
    if (side_ == Side::connector) {
        result_.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_);
    }
    auto judging = judge_(machine_.theirs());
    overlay::Router::HandshakeVerdict verdict = co_await std::move(judging);
    const bool cancelled = co_await is_cancelled();
    if (cancelled || late_) {
        give_up();
        co_return Step{};
    }
    machine_.ours() = std::move(verdict.ours);
    if (!verdict.refusal) {
        co_return machine_.accept();
    }
    result_.text = words_of(*verdict.refusal);
    refused_because_ = verdict.reason;
    co_return machine_.refuse(*verdict.refusal, verdict.try_ultrapeers);
}

void GnutellaHandshake::conclude(Next how) {
    result_.theirs = machine_.theirs();
    switch (how) {
        case Next::open:
            result_.agreed = machine_.agreed();
            result_.first_bytes = std::move(input_);
            return;
        case Next::refused:
            result_.error = Error::handshake_refused;
            result_.text = words_of(machine_.refusal());
            return;
        default:
            break;
    }
    if (machine_.problem().empty()) {
        // By us, for the reason that the judge gave.
        result_.error = refused_because_ ? refused_because_ : error_code(Error::handshake_refused);
    } else {
        result_.error = Error::not_gnutella;
        result_.text = machine_.problem();
    }
}

void GnutellaHandshake::give_up() {
    result_.error = late_ ? Error::handshake_timed_out : Error::lost;
}

// "Gnutella TLS Connection Upgrade", 2: who connected begins, right behind its last words.
asio::awaitable<void> GnutellaHandshake::begin_tls() {
    const auto role = side_ == Side::connector ? TlsRole::client : TlsRole::server;
    TlsStream& stream = channel_.begin_tls(*tls_, role, std::exchange(result_.first_bytes, {}));
    const auto [error] = co_await stream.async_handshake(no_throw);
    if (late_) {
        give_up();
    } else if (error) {
        result_.error = Error::tls_failed;
    }
}

// A peer that was refused is to read why: closing a socket with unread input would send RST, which may overtake it.
asio::awaitable<void> GnutellaHandshake::take_leave() {
    const bool kept_us_waiting = late_ && side_ == Side::acceptor && !answered_;
    if (!refused_ && !kept_us_waiting) {
        co_return;
    }
    watch_.start(limits_.farewell);
    if (kept_us_waiting) {
        const std::string words = wire::status_line(408, "The handshake took too long") + "\r\n";
        const auto buffer = asio::buffer(words);
        co_await asio::async_write(channel_, buffer, no_throw);
    }
    co_await end_stream(channel_);
}

}  // namespace gnutella::net
