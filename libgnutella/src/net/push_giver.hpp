#pragma once

#include "net/http_server.hpp"
#include "net/transfer_counters.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

namespace gnutella::net {

/// Does what a Push asks of us (Gnutella 0.6, 2.3.4): connects, says GIV, and serves HTTP over that connection. On one
/// strand.
class PushGiver : public std::enable_shared_from_this<PushGiver> {
  public:
    /// @param http serves the connections; must be there until stop().
    PushGiver(boost::asio::any_io_executor strand, const Settings& settings, const Guid& identity, HttpServer& http,
              std::shared_ptr<TransferCounters> counters);

    /// @param to a numeric address, which the router lets us be aimed at, or who asks himself.
    void give(const Endpoint& to, std::uint32_t index);

    void stop();

  private:
    struct Giving;
    static constexpr std::size_t most_under_way = 32;

    static boost::asio::awaitable<void> run(std::shared_ptr<PushGiver> self, std::shared_ptr<Giving> giving);

    const boost::asio::any_io_executor strand_;
    const Settings settings_;
    const Guid identity_;
    HttpServer* http_;
    const std::shared_ptr<TransferCounters> counters_;
    std::list<std::shared_ptr<Giving>> under_way_;
};

}  // namespace gnutella::net
