#include "net/host_look_ups.hpp"

#include "net/signals_blocked.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstddef>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t max_at_once = 4;

HostLookUps::Addresses ask_system(const std::string& host) {
    asio::io_context nobody_waits;
    error_code unknown;
    HostLookUps::Addresses addresses;
    for (const auto& each : asio::ip::tcp::resolver(nobody_waits).resolve(host, "", unknown)) {
        addresses.push_back(each.endpoint().address());
    }
    return addresses;
}

}  // namespace

/// What the threads share with the service, and may have after it is gone. A job stays here while a thread looks its
/// host up: what it calls may belong to the context, and must go before that.
struct HostLookUps::State {
    struct Job {
        std::string host;
        std::function<Addresses(const std::string&)> look_up;
        std::function<void(Addresses)> done;
    };
    struct Queue {
        explicit Queue(std::size_t most) : max_threads(most) {}

        const std::size_t max_threads;
        std::size_t threads = 0;
        std::list<Job> waiting;
        std::list<Job> running;
    };

    std::mutex mutex;
    bool stopped = false;
    std::function<Addresses(const std::string&)> look_up = ask_system;
    std::array<Queue, 2> queues{Queue(max_at_once), Queue(1)};

    static void work(const std::shared_ptr<State>& state, Queue& queue) {
        std::unique_lock lock(state->mutex);
        while (!state->stopped && !queue.waiting.empty()) {
            const auto job = queue.waiting.begin();
            queue.running.splice(queue.running.end(), queue.waiting, job);
            const auto look_up = job->look_up;
            const std::string host = job->host;
            lock.unlock();
            Addresses addresses = look_up(host);
            lock.lock();
            if (!state->stopped) {
                job->done(std::move(addresses));
                queue.running.erase(job);
            }
        }
        --queue.threads;
    }
};

HostLookUps::HostLookUps(asio::execution_context& owner) : service(owner), state_(std::make_shared<State>()) {}

HostLookUps::~HostLookUps() = default;

void HostLookUps::start(std::string host, Wanted wanted, std::function<void(Addresses)> done) {
    const std::scoped_lock lock(state_->mutex);
    State::Queue& queue = state_->queues.at(static_cast<std::size_t>(wanted));
    queue.waiting.push_back({std::move(host), state_->look_up, std::move(done)});
    if (queue.threads == queue.max_threads) {
        return;
    }
    try {
        const SignalsBlocked blocked;
        std::thread([state = state_, &queue] { State::work(state, queue); }).detach();
        ++queue.threads;
    } catch (const std::system_error&) {
        if (queue.threads == 0) {  // and there can be none
            queue.waiting.back().done({});
            queue.waiting.pop_back();
        }
    }
}

void HostLookUps::look_up_with(std::function<Addresses(const std::string& host)> look_up) {
    const std::scoped_lock lock(state_->mutex);
    state_->look_up = std::move(look_up);
}

void HostLookUps::shutdown() {
    std::list<State::Job> dropped;
    const std::scoped_lock lock(state_->mutex);
    state_->stopped = true;
    for (State::Queue& queue : state_->queues) {
        dropped.splice(dropped.end(), queue.waiting);
        dropped.splice(dropped.end(), queue.running);
    }
}

}  // namespace gnutella::net
