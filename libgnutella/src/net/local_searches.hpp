#pragma once

#include "net/datagram_socket.hpp"
#include "net/query_state.hpp"
#include "overlay/actions.hpp"
#include "overlay/router.hpp"

#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace gnutella::net {

/// The searches that this node has in flight: each with an inbox, a UDP socket of its own, and a deadline. The peer's
/// strand owns it. What the router then wants done is left in the Actions that `act` carries out.
class LocalSearches {
  public:
    /// @param inbox_end where inboxes are bound: the address that the node listens on, port 0.
    LocalSearches(boost::asio::any_io_executor strand, const Settings& settings, overlay::Router& router,
                  overlay::Actions& actions, boost::asio::ip::udp::endpoint inbox_end, std::function<void()> act);
    ~LocalSearches();
    LocalSearches(const LocalSearches&) = delete;
    LocalSearches& operator=(const LocalSearches&) = delete;

    void start(const std::shared_ptr<Query::State>& query);
    void deliver(const HitReceived& received);
    /// Ends one, if it is still in flight.
    void end(const Guid& id, error_code reason);
    void end_all(error_code reason);

  private:
    struct Search {
        explicit Search(const boost::asio::any_io_executor& strand) : deadline(strand) {}
        std::weak_ptr<Query::State> query;
        std::shared_ptr<DatagramSocket> inbox;
        boost::asio::steady_timer deadline;
    };

    std::shared_ptr<DatagramSocket> open_inbox(const Guid& id, std::uint16_t& port, error_code& error);
    void receive(const Guid& id, std::string_view bytes, const boost::asio::ip::udp::endpoint& from);

    boost::asio::any_io_executor strand_;
    const Settings& settings_;
    overlay::Router& router_;
    overlay::Actions& actions_;
    boost::asio::ip::udp::endpoint inbox_end_;
    std::function<void()> act_;
    std::unordered_map<Guid, std::unique_ptr<Search>> searches_;
    // Handlers that are still under way when this ends find it expired.
    std::shared_ptr<LocalSearches*> alive_ = std::make_shared<LocalSearches*>(this);
};

}  // namespace gnutella::net
