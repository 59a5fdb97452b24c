#include "net/resolve.hpp"

#include "net/disk_pool.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
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
using asio::ip::tcp;

namespace {

// A resolver waits in getaddrinfo(3), which nothing interrupts; so it is not waited for: who waits, waits for a timer
// that the answer cuts short, and an answer that comes later finds nobody.
struct Resolution {
    explicit Resolution(const asio::any_io_executor& strand) : answered(strand) {}
    asio::steady_timer answered;
    std::vector<asio::ip::address> addresses;
};

using Results = tcp::resolver::results_type;

void keep(Resolution& resolution, const Results& results) {
    for (const auto& each : results) {
        resolution.addresses.push_back(each.endpoint().address());
    }
    resolution.answered.cancel();
}

// A thread for the hosts that strangers name, one for each io_context: Asio has one for all look-ups, on which the
// program's own would wait behind theirs.
class StrangersResolver final : public asio::execution_context::service {
  public:
    inline static asio::execution_context::id id;

    explicit StrangersResolver(asio::execution_context& owner) : service(owner) {}

    /// Calls `done` on that thread, or never when the io_context goes first.
    template <class Done>
    void look_up(std::string host, Done done) {
        thread_.queue()->submit(
            [this, host = std::move(host), done = std::move(done)](DiskQueue::Admission admission) mutable {
                if (admission == DiskQueue::Admission::admitted) {
                    error_code unknown;
                    done(tcp::resolver(nobody_waits_).resolve(host, "", unknown));
                }
            });
    }

  private:
    void shutdown() override { thread_.stop(); }

    asio::io_context nobody_waits_;
    DiskPool thread_{1};
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

}  // namespace

asio::awaitable<std::vector<asio::ip::address>> resolve(asio::any_io_executor strand, const Endpoint& to,
                                                        std::chrono::steady_clock::time_point deadline) {
    if (auto known = known_addresses(to.host)) {
        co_return *std::move(known);
    }
    const auto resolution = std::make_shared<Resolution>(strand);
    resolution->answered.expires_at(deadline);
    tcp::resolver resolver(strand);
    resolver.async_resolve(to.host, "",
                           [resolution](const error_code&, const Results& results) { keep(*resolution, results); });
    co_await resolution->answered.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return resolution->addresses;
}

asio::awaitable<std::vector<asio::ip::address>> resolve_for_stranger(asio::any_io_executor strand, const Endpoint& to,
                                                                     std::chrono::steady_clock::time_point deadline,
                                                                     std::shared_ptr<void> place) {
    if (auto known = known_addresses(to.host)) {
        co_return *std::move(known);
    }
    const auto resolution = std::make_shared<Resolution>(strand);
    resolution->answered.expires_at(deadline);
    auto& context = asio::query(strand, asio::execution::context);
    asio::use_service<StrangersResolver>(context).look_up(
        to.host, [strand, resolution, place = std::move(place)](Results results) mutable {
            asio::post(strand, [resolution, place = std::move(place), results = std::move(results)] {
                keep(*resolution, results);
            });
        });
    co_await resolution->answered.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return resolution->addresses;
}

}  // namespace gnutella::net
