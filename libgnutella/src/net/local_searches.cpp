#include "net/local_searches.hpp"

#include "longest_time.hpp"
#include "net/address.hpp"
#include "utf8.hpp"
#include "wire/json_decoder.hpp"
#include "wire/message.hpp"

#include <boost/asio/ip/v6_only.hpp>

#include <algorithm>
#include <chrono>
#include <memory_resource>
#include <string>
#include <utility>
#include <variant>

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::udp;

LocalSearches::LocalSearches(asio::any_io_executor strand, const Settings& settings, overlay::Router& router,
                             overlay::Actions& actions, udp::endpoint inbox_end, std::function<void()> act)
    : strand_(std::move(strand)),
      settings_(settings),
      router_(router),
      actions_(actions),
      inbox_end_(std::move(inbox_end)),
      act_(std::move(act)) {}

// Only where the context is not run any more are there searches still.
LocalSearches::~LocalSearches() {
    for (const auto& [id, search] : searches_) {
        if (const auto query = search->query.lock()) {
            query->drop_waiters();
        }
    }
}

std::shared_ptr<DatagramSocket> LocalSearches::open_inbox(const Guid& id, std::uint16_t& port, error_code& error) {
    udp::socket socket(strand_);
    socket.open(inbox_end_.protocol(), error);
    if (!error && inbox_end_.protocol() == udp::v6()) {
        socket.set_option(asio::ip::v6_only(false), error);
    }
    if (!error) {
        socket.bind(inbox_end_, error);
    }
    if (error) {
        return nullptr;
    }
    port = socket.local_endpoint(error).port();
    return std::make_shared<DatagramSocket>(
        std::move(socket), [weak = std::weak_ptr(alive_), id](std::string_view bytes, const udp::endpoint& from) {
            if (const auto self = weak.lock()) {
                (*self)->receive(id, bytes, from);
            }
        });
}

void LocalSearches::start(const std::shared_ptr<Query::State>& query) {
    if (query->ended) {
        return;  // cancelled before it began
    }
    // Neighbours would say BYE to who asks for such a thing.
    const std::string& text = query->request.text;
    if (text.size() > wire::max_query_length || !is_utf8(text)) {
        query->end(Error::bad_query);
        return;
    }
    if (searches_.size() >= settings_.max_local_queries) {
        query->end(Error::too_many_queries);
        return;
    }
    std::uint16_t port = 0;
    error_code error;
    auto inbox = open_inbox(query->id, port, error);
    if (error) {
        query->end(error);
        return;
    }
    auto search = std::make_unique<Search>(strand_);
    search->query = query;
    search->inbox = std::move(inbox);
    search->inbox->start();
    const auto time = query->request.timeout.value_or(settings_.query_timeout);
    search->deadline.expires_after(std::min<std::chrono::milliseconds>(time, longest_time));
    search->deadline.async_wait([weak = std::weak_ptr(alive_), id = query->id](error_code cancelled) {
        const auto self = weak.lock();
        if (!cancelled && self) {
            (*self)->end(id, {});
        }
    });
    searches_.emplace(query->id, std::move(search));
    const overlay::Router::LocalQuery local{query->id, query->request.text, query->request.urn, port};
    router_.start_query(local, std::chrono::steady_clock::now(), actions_);
    act_();
}

void LocalSearches::receive(const Guid& id, std::string_view bytes, const udp::endpoint& from) {
    // A QUERY-HIT with the query's id, or else a legacy peer's raw file (docs/json-dialect.md, "Asking").
    wire::DecodeLimits limits;
    limits.max_message_size = settings_.max_message_size;
    limits.max_nesting = settings_.max_nesting;
    limits.max_results = settings_.max_results;
    wire::JsonDecoder decoder(limits);
    std::pmr::monotonic_buffer_resource memory;
    wire::Message message;
    const auto step = decoder.next(bytes, memory, message);
    const auto now = std::chrono::steady_clock::now();
    const bool is_hit = step.outcome == wire::JsonDecoder::Outcome::message && message.id == id &&
                        std::holds_alternative<wire::QueryHit>(message.body);
    if (is_hit) {
        router_.receive_in_inbox(id, message, now, actions_);
    } else {
        router_.receive_raw_file(id, bytes, to_endpoint(from), now, actions_);
    }
    act_();
}

void LocalSearches::deliver(const HitReceived& received) {
    const auto found = searches_.find(received.query);
    if (found == searches_.end()) {
        return;
    }
    if (const auto query = found->second->query.lock()) {
        query->add(received.hit);
    }
}

void LocalSearches::end(const Guid& id, error_code reason) {
    const auto found = searches_.find(id);
    if (found == searches_.end()) {
        return;
    }
    const auto search = std::move(found->second);
    searches_.erase(found);
    search->inbox->close();
    search->deadline.cancel();
    router_.end_query(id);
    if (const auto query = search->query.lock()) {
        query->end(reason);
    }
}

void LocalSearches::end_all(error_code reason) {
    while (!searches_.empty()) {
        const Guid id = searches_.begin()->first;
        end(id, reason);
    }
}

}  // namespace gnutella::net
