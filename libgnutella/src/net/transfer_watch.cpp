#include "net/transfer_watch.hpp"

#include <utility>

namespace gnutella::net {

// Shared with the timer's handler, which may be on its way when the watch is destroyed.
struct TransferWatch::State : std::enable_shared_from_this<State> {
    explicit State(const boost::asio::any_io_executor& strand) : timer(strand) {}

    void arm() {
        timer.expires_at(tick && next_tick < deadline ? next_tick : deadline);
        timer.async_wait([self = shared_from_this(), round = round](const boost::system::error_code& error) {
            if (!error && round == self->round) {
                self->expired();
            }
        });
    }

    void expired() {
        const auto now = Clock::now();
        if (now >= deadline) {
            end();
            if (const auto callback = stalled) {
                callback();
            }
            return;
        }
        if (tick && now >= next_tick) {
            next_tick = now + interval;
            const auto this_round = round;
            const auto callback = tick;  // which may start or stop the watch, and so replace itself
            callback();
            if (this_round != round) {
                return;
            }
        }
        arm();
    }

    void end() {
        ++round;
        tick = nullptr;
        timer.cancel();
    }

    boost::asio::steady_timer timer;
    std::function<void()> stalled;
    std::function<void()> tick;
    Clock::duration limit{};
    Clock::duration interval{};
    Clock::time_point deadline;
    Clock::time_point next_tick;
    // Of what is being watched; a handler of an earlier round does nothing.
    std::uint64_t round = 0;
};

TransferWatch::TransferWatch(const boost::asio::any_io_executor& strand) : state_(std::make_shared<State>(strand)) {}

TransferWatch::~TransferWatch() {
    state_->end();
    state_->stalled = nullptr;
}

void TransferWatch::on_stall(std::function<void()> callback) {
    state_->stalled = std::move(callback);
}

void TransferWatch::start(Clock::duration limit) {
    start(limit, {}, nullptr);
}

void TransferWatch::start(Clock::duration limit, Clock::duration interval, std::function<void()> tick) {
    state_->end();
    const auto now = Clock::now();
    state_->limit = limit;
    state_->interval = interval;
    state_->deadline = now + limit;
    state_->next_tick = now + interval;
    state_->tick = std::move(tick);
    state_->arm();
}

void TransferWatch::progress() {
    state_->deadline = Clock::now() + state_->limit;
}

void TransferWatch::stop() {
    state_->end();
}

}  // namespace gnutella::net
