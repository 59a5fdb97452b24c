#pragma once

#include "net/channel.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/hit.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace gnutella::net {

/// Connections to sources that have answered and can be asked for more: who sends a file's tree over one is soon asked
/// for the file. To connect anew may take a Push. On the strand of one download.
class KeptConnections {
  public:
    struct Connection {
        Channel channel;
        /// To be kept as long as the channel.
        std::shared_ptr<void> ticket;
    };

    static constexpr std::chrono::seconds usual_time{10};

    /// @param time after which one that nobody has taken is closed.
    explicit KeptConnections(const boost::asio::any_io_executor& strand, std::chrono::milliseconds time = usual_time);
    ~KeptConnections();
    KeptConnections(const KeptConnections&) = delete;
    KeptConnections& operator=(const KeptConnections&) = delete;

    /// @param connection over which nothing is under way. The oldest one is closed when there are too many.
    void keep(const Hit& source, Connection connection);

    /// @return one that the source has not closed, as far as is known by now.
    std::optional<Connection> take(const Hit& source);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gnutella::net
