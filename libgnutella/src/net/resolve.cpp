#include "net/resolve.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// A resolver waits in getaddrinfo(3), which nothing interrupts; so it is not waited for: who waits, waits for a timer
// that the answer cuts short, and an answer that comes later finds nobody.
struct Resolution {
    explicit Resolution(const asio::any_io_executor& strand) : resolver(strand), answered(strand) {}
    tcp::resolver resolver;
    asio::steady_timer answered;
    std::vector<asio::ip::address> addresses;
};

// The text goes into a Host header and to the resolver: a hit's source is whatever a stranger wrote.
bool is_host(std::string_view host) {
    constexpr std::size_t longest = 255;
    return !host.empty() && host.size() <= longest && std::ranges::all_of(host, [](char letter) {
        return static_cast<unsigned char>(letter) > 0x20 && letter != 0x7F;
    });
}

}  // namespace

asio::awaitable<std::vector<asio::ip::address>> resolve(asio::any_io_executor strand, const Endpoint& to,
                                                        std::chrono::steady_clock::time_point deadline) {
    if (!is_host(to.host)) {
        co_return std::vector<asio::ip::address>();
    }
    error_code not_numeric;
    const auto address = asio::ip::make_address(to.host, not_numeric);
    if (!not_numeric) {
        co_return std::vector<asio::ip::address>{address};
    }
    const auto resolution = std::make_shared<Resolution>(strand);
    resolution->answered.expires_at(deadline);
    resolution->resolver.async_resolve(to.host, "", [resolution](const error_code&, const auto& results) {
        for (const auto& each : results) {
            resolution->addresses.push_back(each.endpoint().address());
        }
        resolution->answered.cancel();
    });
    co_await resolution->answered.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return resolution->addresses;
}

}  // namespace gnutella::net
