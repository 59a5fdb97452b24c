#include "net/engine.hpp"

#include "net/hop.hpp"
#include "net/push_requests.hpp"

#include <chrono>
#include <utility>

// What an Engine does for transfers: browsing, and Pushes in all directions.

namespace gnutella::net {

namespace asio = boost::asio;

void Engine::begin_transfers() {
    browses_ = std::make_shared<Browses>(executor_, strand_, settings_);
    pushed_connections_ = std::make_shared<PushedConnections>(settings_, transfer_counters_);
    push_giver_ = std::make_shared<PushGiver>(strand_, settings_, identity_, *http_, transfer_counters_);
    const std::weak_ptr<Engine> weak = weak_from_this();
    const std::uint16_t port = local_endpoint().port;
    const auto over_session = [weak, strand = strand_](Guid servent, std::uint32_t index) -> asio::awaitable<bool> {
        auto push = push_over_session(weak, servent, index);
        co_return co_await hop(strand, std::move(push));
    };
    downloads_->use(
        std::make_shared<PushRequests>(settings_, transfer_counters_, pushed_connections_, port, over_session));
    const auto over_neighbour = [weak, strand = strand_](transfer::PushProxyTarget wanted,
                                                         Endpoint to) -> asio::awaitable<bool> {
        auto push = proxy_push(weak, wanted, std::move(to));
        co_return co_await hop(strand, std::move(push));
    };
    http_->introduce({identity_, port, over_neighbour});
}

void Engine::end_transfers() {
    if (browses_) {
        browses_->end_all(Error::stopped);
        push_giver_->stop();
        pushed_connections_->stop();
    }
}

// On the peer's strand, as the one below.
asio::awaitable<bool> Engine::push_over_session(std::weak_ptr<Engine> weak, Guid servent, std::uint32_t index) {
    const auto self = weak.lock();
    if (!self || self->phase_ != Phase::running) {
        co_return false;
    }
    const bool sent = self->router_->push(servent, index, std::chrono::steady_clock::now(), self->actions_);
    self->act();
    co_return sent;
}

asio::awaitable<bool> Engine::proxy_push(std::weak_ptr<Engine> weak, transfer::PushProxyTarget wanted, Endpoint to) {
    const auto self = weak.lock();
    if (!self || self->phase_ != Phase::running) {
        co_return false;
    }
    if (wanted.servent == self->identity_) {
        // Somebody takes us for our own proxy: he can be connected to as well as by any other way.
        self->push_giver_->give(to, wanted.index);
        co_return true;
    }
    const auto now = std::chrono::steady_clock::now();
    const bool sent = self->router_->proxy_push(wanted.servent, wanted.index, to, now, self->actions_);
    self->act();
    co_return sent;
}

void Engine::carry_out_transfers(overlay::Actions& doing) {
    for (auto& fetch : doing.fetches) {
        auto send = [weak = weak_from_this(), to = std::move(fetch.to)](error_code error, std::string content) {
            const auto self = weak.lock();
            if (!self || error) {
                return;
            }
            self->on_strand([to, frame = wire::Frame::copy_of(content)](Engine& engine) {
                if (engine.phase_ == Phase::running) {
                    ++engine.fetched_for_askers_;
                    engine.answers_->send(overlay::Actions::SendDatagram{to, frame});
                }
            });
        };
        downloads_->fetch_into_memory(std::move(fetch.hit), std::move(send));
    }
    for (const auto& push : doing.pushes) {
        if (has(Transport::http)) {
            push_giver_->give(push.to, push.index);
        }
    }
}

std::shared_ptr<Query::State> Engine::browse(Endpoint peer) {
    auto state = std::make_shared<Query::State>(executor_, strand_, Guid::random(), QueryRequest{});
    state->abandon = [weak = weak_from_this()](const Guid& id) {
        if (const auto self = weak.lock()) {
            self->on_strand([id](Engine& engine) {
                if (engine.browses_) {
                    engine.browses_->end(id, {});
                }
            });
        }
    };
    on_strand([state, peer = std::move(peer)](Engine& self) {
        if (self.phase_ != Phase::running) {
            state->end(self.phase_ < Phase::running ? Error::not_started : Error::stopped);
            return;
        }
        self.browses_->start(state, peer);
    });
    return state;
}

}  // namespace gnutella::net
