#include "net/push_giver.hpp"

#include "net/address.hpp"
#include "net/dial.hpp"
#include "net/no_throw.hpp"
#include "net/transfer_watch.hpp"
#include "transfer/giv.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <string>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

struct PushGiver::Giving {
    Endpoint to;
    std::uint32_t index = 0;
    asio::cancellation_signal cancel;
};

PushGiver::PushGiver(asio::any_io_executor strand, const Settings& settings, const Guid& identity, HttpServer& http,
                     std::shared_ptr<TransferCounters> counters)
    : strand_(std::move(strand)),
      settings_(settings),
      identity_(identity),
      http_(&http),
      counters_(std::move(counters)) {}

void PushGiver::give(const Endpoint& to, std::uint32_t index) {
    error_code not_numeric;
    asio::ip::make_address(to.host, not_numeric);
    if (http_ == nullptr || not_numeric || to.port == 0 || under_way_.size() == most_under_way) {
        counters_->pushes_dropped.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    auto giving = std::make_shared<Giving>();
    giving->to = to;
    giving->index = index;
    under_way_.push_back(giving);
    asio::co_spawn(strand_, run(shared_from_this(), giving),
                   asio::bind_cancellation_slot(giving->cancel.slot(),
                                                [self = shared_from_this(), giving](const std::exception_ptr&) {
                                                    self->under_way_.remove(giving);
                                                }));
}

asio::awaitable<void> PushGiver::run(std::shared_ptr<PushGiver> self, std::shared_ptr<Giving> giving) {
    Tcp::socket socket(self->strand_);
    const error_code unreachable = co_await net::dial(socket, giving->to, self->settings_.connect_timeout);
    if (unreachable) {
        co_return;
    }
    // A few bytes, into an empty buffer: this waits for nothing that a stranger could draw out.
    const std::string line = transfer::giv_text({giving->index, self->identity_, {}});
    const auto bytes = asio::buffer(line);
    const auto [error, written] = co_await asio::async_write(socket, bytes, no_throw);
    if (error || self->http_ == nullptr) {
        co_return;
    }
    self->counters_->pushes_given.fetch_add(1, std::memory_order_relaxed);
    error_code gone;
    const auto remote = socket.remote_endpoint(gone);
    if (!gone) {
        self->http_->serve(std::move(socket), {}, to_endpoint(remote), nullptr);
    }
}

void PushGiver::stop() {
    http_ = nullptr;
    for (const auto& giving : under_way_) {
        // Emitted where nothing of what it ends is running.
        asio::post(strand_, [giving] { giving->cancel.emit(asio::cancellation_type::terminal); });
    }
}

}  // namespace gnutella::net
