#include <gnutella/session.hpp>

#include "net/engine.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <utility>

namespace gnutella {

namespace asio = boost::asio;

void Session::close(std::string reason) {
    const auto engine = state_ ? state_->engine.lock() : nullptr;
    if (engine) {
        engine->close_session(state_->id, std::move(reason));
    }
}

void Session::start_wait_closed(const std::shared_ptr<State>& state, detail::Completion<error_code> done) {
    if (!state) {
        done(Error::not_started);
        return;
    }
    auto waiter = net::Waiter<>::make(std::move(done), [state] {
        asio::post(state->strand, [state] {
            if (const auto engine = state->engine.lock()) {
                engine->forget_cancelled_waits(state->id);
            }
        });
    });
    asio::post(state->strand, [state, waiter = std::move(waiter)]() mutable {
        if (const auto engine = state->engine.lock()) {
            engine->wait_closed(*state, std::move(waiter));
        } else {
            waiter->complete(state->ended->value_or(Error::stopped));
        }
    });
}

asio::any_io_executor Session::executor_of(const std::shared_ptr<State>& state) {
    return state ? state->executor : asio::any_io_executor(asio::system_executor());
}

}  // namespace gnutella
