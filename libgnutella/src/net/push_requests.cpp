#include "net/push_requests.hpp"

#include "net/address.hpp"
#include "net/cancellation.hpp"
#include "net/dial.hpp"
#include "net/no_throw.hpp"
#include "net/transfer_watch.hpp"
#include "transfer/alternate_locations.hpp"
#include "transfer/request_target.hpp"
#include "transfer/source_answer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

PushRequests::PushRequests(Settings settings, std::shared_ptr<TransferCounters> counters,
                           std::shared_ptr<PushedConnections> connections, std::uint16_t port, OverSession over_session)
    : settings_(std::move(settings)),
      counters_(std::move(counters)),
      connections_(std::move(connections)),
      port_(port),
      over_session_(std::move(over_session)) {}

bool PushRequests::can_ask(const Hit& hit) const noexcept {
    const bool known_way = hit.dialect == Dialect::gnutella || !hit.push_proxies.empty();
    return known_way && hit.peer && settings_.reachability != Reachability::firewalled;
}

asio::awaitable<std::variant<error_code, PushedConnections::Arrived>> PushRequests::dial(asio::any_io_executor strand,
                                                                                         const Hit& hit) const {
    const auto deadline = Clock::now() + settings_.push_timeout;
    PushedConnections::Place place(connections_, strand, *hit.peer, hit.index);
    counters_->pushes_asked.fetch_add(1, std::memory_order_relaxed);
    const bool over_session = co_await over_session_(*hit.peer, hit.index);
    if (over_session && !hit.push_proxies.empty()) {
        if (auto arrived = co_await place.wait(deadline - settings_.push_timeout / 2)) {
            co_return *std::move(arrived);
        }
    }
    const bool over_proxy = co_await ask_proxies(strand, hit);
    const bool cancelled = co_await is_cancelled();
    if (cancelled) {
        co_return asio::error::operation_aborted;
    }
    if (!over_session && !over_proxy) {
        co_return make_error_code(Error::cannot_connect);
    }
    auto arrived = co_await place.wait(deadline);
    if (arrived) {
        co_return *std::move(arrived);
    }
    const bool cancelled_now = co_await is_cancelled();
    if (cancelled_now) {
        co_return asio::error::operation_aborted;
    }
    co_return make_error_code(Error::connect_timed_out);
}

asio::awaitable<bool> PushRequests::ask_proxies(asio::any_io_executor strand, const Hit& hit) const {
    std::size_t asked = 0;
    for (const Endpoint& proxy : hit.push_proxies) {
        const bool cancelled = co_await is_cancelled();
        if (cancelled || asked == max_proxies) {
            break;
        }
        ++asked;
        const bool passed = co_await ask_proxy(strand, proxy, *hit.peer);
        if (passed) {
            co_return true;
        }
    }
    co_return false;
}

asio::awaitable<bool> PushRequests::ask_proxy(asio::any_io_executor strand, Endpoint proxy, Guid servent) const {
    Tcp::socket socket(strand);
    const error_code unreachable = co_await net::dial(socket, proxy, settings_.connect_timeout);
    if (unreachable) {
        co_return false;
    }
    error_code gone;
    const Endpoint there = to_endpoint(socket.remote_endpoint(gone));
    Endpoint here = to_endpoint(socket.local_endpoint(gone));
    here.port = port_;
    if (gone || here == there) {
        co_return false;  // a proxy of its hit is often ourselves
    }
    if (transfer::location_of({settings_.announced_host, 1})) {
        here.host = settings_.announced_host;
    }
    TransferWatch watch(strand);
    watch.on_stall([&socket] {
        error_code ignored;
        socket.close(ignored);
    });
    watch.start(settings_.connect_timeout);
    const std::string head =
        transfer::request_line_and_names(transfer::push_proxy_target_of(servent), proxy.to_string(), settings_.agent) +
        "X-Node: " + here.to_string() + "\r\nConnection: close\r\n\r\n";
    const auto request = asio::buffer(head);
    const auto [write_error, written] = co_await asio::async_write(socket, request, no_throw);
    if (write_error) {
        co_return false;
    }
    boost::beast::flat_buffer buffer;
    boost::beast::http::response_parser<boost::beast::http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(settings_.max_http_header));
    const auto [error, count] = co_await boost::beast::http::async_read_header(socket, buffer, parser, no_throw);
    co_return !error && parser.get().result_int() / 100 == 2;
}

}  // namespace gnutella::net
