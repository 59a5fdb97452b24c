#include <gnutella/query.hpp>

#include "net/query_state.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace gnutella {

namespace asio = boost::asio;

Query::State::~State() {
    for (auto& waiter : waiters) {
        waiter.done({}, std::nullopt);
    }
    if (abandon) {
        abandon(id);
    }
}

void Query::State::add(Hit hit) {
    if (waiters.empty()) {
        hits.push_back(std::move(hit));
    } else {
        waiters.front().done({}, std::move(hit));
        waiters.pop_front();
    }
}

void Query::State::end(error_code reason) {
    if (ended) {
        return;
    }
    ended = true;
    error = reason;
    for (auto& waiter : waiters) {
        waiter.done(std::exchange(error, {}), std::nullopt);
    }
    waiters.clear();
}

void Query::State::next(detail::Completion<error_code, std::optional<Hit>> done, std::uint64_t call) {
    if (!hits.empty()) {
        Hit hit = std::move(hits.front());
        hits.pop_front();
        done({}, std::move(hit));
        if (taken) {
            taken();
        }
    } else if (ended) {
        done(std::exchange(error, {}), std::nullopt);
    } else {
        waiters.push_back({call, std::move(done)});
    }
}

void Query::State::cancel_next(std::uint64_t call) {
    const auto waiter = std::ranges::find(waiters, call, &Waiter::call);
    if (waiter != waiters.end()) {
        waiter->done(asio::error::operation_aborted, std::nullopt);
        waiters.erase(waiter);
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
