#include <gnutella/query.hpp>

#include "net/query_state.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <atomic>
#include <utility>

namespace gnutella {

namespace asio = boost::asio;

Query::State::~State() {
    if (waiter) {
        waiter({}, std::nullopt);
    }
    if (abandon) {
        abandon(id);
    }
}

void Query::State::add(Hit hit) {
    if (waiter) {
        waiter({}, std::move(hit));
    } else {
        hits.push_back(std::move(hit));
    }
}

void Query::State::end(error_code reason) {
    if (ended) {
        return;
    }
    ended = true;
    error = reason;
    if (waiter) {
        waiter(std::exchange(error, {}), std::nullopt);
    }
}

void Query::State::next(detail::Completion<error_code, std::optional<Hit>> done, std::uint64_t call) {
    if (!hits.empty()) {
        Hit hit = std::move(hits.front());
        hits.pop_front();
        done({}, std::move(hit));
        if (taken) {
            taken();
        }
    } else if (ended || waiter) {
        // A second call while one waits is the programmer's mistake; it gets the end rather than a hang.
        done(std::exchange(error, {}), std::nullopt);
    } else {
        waiter = std::move(done);
        waiting_call = call;
    }
}

void Query::State::cancel_next(std::uint64_t call) {
    if (waiter && waiting_call == call) {
        waiter(asio::error::operation_aborted, std::nullopt);
    }
}

Guid Query::id() const noexcept {
    return state_ ? state_->id : Guid{};
}

void Query::cancel() {
    if (!state_) {
        return;
    }
    asio::post(state_->strand, [state = state_] {
        state->end({});
        if (state->abandon) {
            state->abandon(state->id);
        }
    });
}

void Query::start_next(const std::shared_ptr<State>& state, detail::Completion<error_code, std::optional<Hit>> done) {
    if (!state) {
        done({}, std::nullopt);
        return;
    }
    static std::atomic<std::uint64_t> calls{0};
    const std::uint64_t call = ++calls;
    done.on_cancel([weak = std::weak_ptr(state), strand = state->strand, call] {
        asio::post(strand, [weak, call] {
            if (const auto waiting = weak.lock()) {
                waiting->cancel_next(call);
            }
        });
    });
    asio::post(state->strand, [state, done = std::move(done), call]() mutable { state->next(std::move(done), call); });
}

asio::any_io_executor Query::executor_of(const std::shared_ptr<State>& state) {
    return state ? state->executor : asio::any_io_executor(asio::system_executor());
}

}  // namespace gnutella
