#include "net/dial.hpp"

#include "net/cancellation.hpp"
#include "net/transfer_watch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::net {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);

// A resolver waits in getaddrinfo(3), which nothing interrupts; so it is not waited for: who waits, waits for a timer
// that the answer cuts short, and an answer that comes later finds nobody.
struct Resolution {
    explicit Resolution(const asio::any_io_executor& strand) : resolver(strand), answered(strand) {}
    Tcp::resolver resolver;
    asio::steady_timer answered;
    std::vector<Tcp::endpoint> addresses;
};

asio::awaitable<std::vector<Tcp::endpoint>> resolve(asio::any_io_executor strand, const Endpoint& to,
                                                    Clock::time_point deadline) {
    error_code not_numeric;
    const auto address = asio::ip::make_address(to.host, not_numeric);
    if (!not_numeric) {
        co_return std::vector<Tcp::endpoint>{{address, to.port}};
    }
    const auto resolution = std::make_shared<Resolution>(strand);
    resolution->answered.expires_at(deadline);
    resolution->resolver.async_resolve(to.host, std::to_string(to.port), Tcp::resolver::numeric_service,
                                       [resolution](const error_code&, const Tcp::resolver::results_type& results) {
                                           resolution->addresses.assign(results.begin(), results.end());
                                           resolution->answered.cancel();
                                       });
    co_await resolution->answered.async_wait(token);
    co_return resolution->addresses;
}

// The text goes into a Host header and to the resolver: a hit's source is whatever a stranger wrote.
bool is_host(std::string_view host) {
    constexpr std::size_t longest = 255;
    return !host.empty() && host.size() <= longest && std::ranges::all_of(host, [](char letter) {
        return static_cast<unsigned char>(letter) > 0x20 && letter != 0x7F;
    });
}

}  // namespace

asio::awaitable<error_code> dial(Tcp::socket& socket, const Endpoint& to, Clock::duration limit) {
    if (!is_host(to.host) || to.port == 0) {
        co_return Error::cannot_resolve;
    }
    const auto deadline = Clock::now() + limit;
    const auto strand = socket.get_executor();
    const auto addresses = co_await resolve(strand, to, deadline);
    if (co_await is_cancelled()) {
        co_return asio::error::operation_aborted;
    }
    if (addresses.empty()) {
        co_return Error::cannot_resolve;
    }
    bool late = false;
    TransferWatch watch(strand);
    watch.on_stall([&late, &socket] {
        late = true;
        error_code ignored;
        socket.close(ignored);  // unlike cancel(), keeps the next address from being tried
    });
    watch.start(std::max(deadline - Clock::now(), Clock::duration::zero()));
    const auto [error, connected] = co_await asio::async_connect(socket, addresses, token);
    watch.stop();
    if (co_await is_cancelled()) {
        co_return asio::error::operation_aborted;
    }
    if (error || late) {
        co_return late ? Error::connect_timed_out : Error::cannot_connect;
    }
    error_code ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    co_return error_code{};
}

}  // namespace gnutella::net
