#pragma once

#include "net/pushed_connections.hpp"
#include "net/transfer_counters.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/error.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

namespace gnutella::net {

/// Has servents that cannot be connected to connect to us: asks for it along the way that their hits came, and where
/// nothing comes of that, at their push proxies ("Push Proxy", 5). Who is asked often is deaf to it. Any thread may
/// call any function.
class PushRequests {
  public:
    /// Sends a Push along a session. @return false when no way is known.
    using OverSession = std::function<boost::asio::awaitable<bool>(Guid servent, std::uint32_t index)>;

    /// @param port where we listen.
    PushRequests(Settings settings, std::shared_ptr<TransferCounters> counters,
                 std::shared_ptr<PushedConnections> connections, std::uint16_t port, OverSession over_session);

    /// Whether there is a way to ask who has this file.
    bool can_ask(const Hit& hit) const noexcept;

    /// Asks, and waits for the connection.
    /// @param strand the coroutine's, and the socket's.
    /// @return the connection, or cannot_connect when nobody passes the Push on, connect_timed_out when nothing comes
    ///     within Settings::push_timeout, operation_aborted when the coroutine was cancelled.
    boost::asio::awaitable<std::variant<error_code, PushedConnections::Arrived>> dial(
        boost::asio::any_io_executor strand, const Hit& hit) const;

  private:
    // Of those that a hit names; it may name any address there is.
    static constexpr std::size_t max_proxies = 4;

    boost::asio::awaitable<bool> ask_proxies(boost::asio::any_io_executor strand, const Hit& hit) const;
    boost::asio::awaitable<bool> ask_proxy(boost::asio::any_io_executor strand, Endpoint proxy, Guid servent) const;

    const Settings settings_;
    const std::shared_ptr<TransferCounters> counters_;
    const std::shared_ptr<PushedConnections> connections_;
    const std::uint16_t port_;
    const OverSession over_session_;
};

}  // namespace gnutella::net
