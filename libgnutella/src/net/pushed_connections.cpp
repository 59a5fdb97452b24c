#include "net/pushed_connections.hpp"

#include "net/no_throw.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;

// On its strand, but for the constants.
struct PushedConnections::Place::State {
    State(asio::any_io_executor the_strand, const Guid& who, std::uint32_t what)
        : strand(std::move(the_strand)), servent(who), index(what), timer(strand) {}

    const asio::any_io_executor strand;
    const Guid servent;
    const std::uint32_t index;
    asio::steady_timer timer;
    std::optional<Arrived> arrived;
};

struct PushedConnections::Reading {
    Reading(Channel connection, std::shared_ptr<void> place)
        : channel(std::move(connection)), ticket(std::move(place)), deadline(channel->get_executor()) {}

    void interrupt() {
        if (channel) {
            channel->close();
        }
    }

    std::optional<Channel> channel;  // until it is handed over
    std::shared_ptr<void> ticket;
    asio::steady_timer deadline;
    std::string bytes;
};

PushedConnections::PushedConnections(const Settings& settings, std::shared_ptr<TransferCounters> counters)
    : patience_(settings.first_bytes_timeout), counters_(std::move(counters)) {}

// ---- who waits ----

PushedConnections::Place::Place(std::shared_ptr<PushedConnections> connections, asio::any_io_executor strand,
                                const Guid& servent, std::uint32_t index)
    : connections_(std::move(connections)), state_(std::make_shared<State>(std::move(strand), servent, index)) {
    const std::scoped_lock lock(connections_->mutex_);
    entry_ = connections_->waiting_.insert(connections_->waiting_.end(), state_);
}

PushedConnections::Place::~Place() {
    const std::scoped_lock lock(connections_->mutex_);
    if (entry_ != connections_->waiting_.end()) {
        connections_->waiting_.erase(entry_);
    }
}

asio::awaitable<std::optional<PushedConnections::Arrived>> PushedConnections::Place::wait(
    std::chrono::steady_clock::time_point deadline) {
    if (!state_->arrived) {
        state_->timer.expires_at(deadline);
        co_await state_->timer.async_wait(no_throw);
    }
    co_return std::exchange(state_->arrived, std::nullopt);
}

// ---- who comes ----

void PushedConnections::accept(Channel channel, std::string first_bytes, std::shared_ptr<void> ticket) {
    auto reading = std::make_shared<Reading>(std::move(channel), std::move(ticket));
    reading->bytes = std::move(first_bytes);
    {
        const std::scoped_lock lock(mutex_);
        std::erase_if(readings_, [](const auto& each) { return each.expired(); });
        if (stopped_ || readings_.size() >= max_readings) {
            count_unexpected();
            return;
        }
        readings_.push_back(reading);
    }
    const auto strand = reading->channel->get_executor();
    asio::co_spawn(strand, read(shared_from_this(), std::move(reading)), [](const std::exception_ptr&) {});
}

asio::awaitable<void> PushedConnections::read(std::shared_ptr<PushedConnections> self,
                                              std::shared_ptr<Reading> reading) {
    reading->deadline.expires_after(self->patience_);
    reading->deadline.async_wait([weak = std::weak_ptr(reading)](error_code cancelled) {
        const auto late = weak.lock();
        if (!cancelled && late) {
            late->interrupt();
        }
    });
    std::array<char, 256> room{};
    auto end = transfer::find_end_of_giv(reading->bytes);
    while (!end && reading->bytes.size() <= transfer::max_giv) {
        const auto [error, count] = co_await reading->channel->async_read_some(asio::buffer(room), no_throw);
        reading->bytes.append(room.data(), count);
        if (error) {
            break;
        }
        end = transfer::find_end_of_giv(reading->bytes);
    }
    reading->deadline.cancel();
    // Nothing may follow: it is for us to ask now.
    if (!end || *end != reading->bytes.size()) {
        self->count_unexpected();
        co_return;
    }
    std::string_view line = std::string_view(reading->bytes).substr(0, reading->bytes.find('\n'));
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    if (const auto giv = transfer::parse_giv(line)) {
        self->hand_over(*giv, *reading);
    } else {
        self->count_unexpected();
    }
}

void PushedConnections::hand_over(const transfer::Giv& giv, Reading& reading) {
    std::shared_ptr<Place::State> state;
    {
        const std::scoped_lock lock(mutex_);
        const auto fits = [&giv](const auto& each) { return each && each->servent == giv.servent; };
        auto found =
            std::ranges::find_if(waiting_, [&](const auto& each) { return fits(each) && each->index == giv.index; });
        if (found == waiting_.end()) {
            // A servent is asked through its push proxies without an index.
            found = std::ranges::find_if(waiting_, fits);
        }
        if (found == waiting_.end() || stopped_) {
            count_unexpected();
            return;
        }
        state = std::exchange(*found, nullptr);  // the place is taken; who waits removes it
    }
    Channel channel = *std::exchange(reading.channel, std::nullopt);
    if (channel.move_to(state->strand)) {
        return;
    }
    asio::post(state->strand, [state, channel = std::move(channel), ticket = std::move(reading.ticket)]() mutable {
        state->arrived.emplace(Arrived{std::move(channel), std::move(ticket)});
        state->timer.cancel();
    });
}

void PushedConnections::count_unexpected() {
    counters_->unexpected_givs.fetch_add(1, std::memory_order_relaxed);
}

void PushedConnections::stop() {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    for (const auto& weak : readings_) {
        if (const auto reading = weak.lock()) {
            asio::post(reading->deadline.get_executor(), [reading] {
                reading->interrupt();
                reading->deadline.cancel();
            });
        }
    }
    readings_.clear();
}

}  // namespace gnutella::net
