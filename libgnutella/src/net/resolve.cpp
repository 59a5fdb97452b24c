#include "net/resolve.hpp"

#include "net/host_look_ups.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;

namespace {

// Who waits, waits for a timer that the answer cuts short; an answer that comes later finds nobody.
struct Resolution {
    explicit Resolution(const asio::any_io_executor& strand) : answered(strand) {}
    asio::steady_timer answered;
    HostLookUps::Addresses addresses;
};

// The text goes into a Host header and to the resolver: a hit's source is whatever a stranger wrote.
bool is_host(std::string_view host) {
    constexpr std::size_t longest = 255;
    return !host.empty() && host.size() <= longest && std::ranges::all_of(host, [](char letter) {
        return static_cast<unsigned char>(letter) > 0x20 && letter != 0x7F;
    });
}

// The address that a text is, without a look-up; nullopt when it takes one. None of what cannot be a host.
std::optional<std::vector<asio::ip::address>> known_addresses(const std::string& host) {
    if (!is_host(host)) {
        return std::vector<asio::ip::address>();
    }
    error_code not_numeric;
    const auto address = asio::ip::make_address(host, not_numeric);
    return not_numeric ? std::nullopt : std::optional(std::vector{address});
}

asio::awaitable<std::vector<asio::ip::address>> look_up(asio::any_io_executor strand, std::string host,
                                                        HostLookUps::Wanted wanted,
                                                        std::chrono::steady_clock::time_point deadline,
                                                        std::shared_ptr<void> place) {
    if (auto known = known_addresses(host)) {
        co_return *std::move(known);
    }
    const auto resolution = std::make_shared<Resolution>(strand);
    resolution->answered.expires_at(deadline);
    auto& context = asio::query(strand, asio::execution::context);
    asio::use_service<HostLookUps>(context).start(
        std::move(host), wanted, [strand, resolution, place = std::move(place)](HostLookUps::Addresses addresses) {
            asio::post(strand, [resolution, addresses = std::move(addresses)]() mutable {
                resolution->addresses = std::move(addresses);
                resolution->answered.cancel();
            });
        });
    co_await resolution->answered.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return resolution->addresses;
}

}  // namespace

asio::awaitable<std::vector<asio::ip::address>> resolve(asio::any_io_executor strand, const Endpoint& to,
                                                        std::chrono::steady_clock::time_point deadline) {
    return look_up(std::move(strand), to.host, HostLookUps::Wanted::by_us, deadline, nullptr);
}

asio::awaitable<std::vector<asio::ip::address>> resolve_for_stranger(asio::any_io_executor strand, const Endpoint& to,
                                                                     std::chrono::steady_clock::time_point deadline,
                                                                     std::shared_ptr<void> place) {
    return look_up(std::move(strand), to.host, HostLookUps::Wanted::by_strangers, deadline, std::move(place));
}

}  // namespace gnutella::net
