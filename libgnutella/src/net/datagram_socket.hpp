#pragma once

#include "wire/frame.hpp"

#include <boost/asio/ip/udp.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace gnutella::net {

/// Room for any datagram that comes.
inline constexpr std::size_t datagram_room = 64 * 1024;

/// A UDP socket: the one on the peer's port, and the inbox of each search. Runs on the socket's executor, which must be
/// a strand; send() may be called from any thread.
class DatagramSocket : public std::enable_shared_from_this<DatagramSocket> {
  public:
    /// Called on the strand. The bytes are valid during the call.
    using Received = std::function<void(std::string_view bytes, const boost::asio::ip::udp::endpoint& from)>;

    DatagramSocket(boost::asio::ip::udp::socket socket, Received received);

    void start();
    void close();
    void send(wire::Frame frame, const boost::asio::ip::udp::endpoint& to);

  private:
    void wait();
    void receive();

    boost::asio::ip::udp::socket socket_;
    Received received_;
};

}  // namespace gnutella::net
