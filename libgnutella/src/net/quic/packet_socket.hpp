#pragma once

#include <gnutella/error.hpp>

#include <boost/asio/ip/udp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace gnutella::net {

/// Whether the system may join and split datagrams for us (UDP_GRO, UDP_SEGMENT).
enum class Offload : std::uint8_t {
    where_possible,  ///< as long as the kernel and the network card can
    off,
};

/// Many datagrams with few system calls. It waits for nothing: its owner waits on socket() and calls from one strand.
class PacketSocket {
  public:
    struct Datagram {
        std::span<const std::uint8_t> bytes;
        const boost::asio::ip::udp::endpoint& from;
        /// Our address that it was sent to; a host may have many.
        const boost::asio::ip::udp::endpoint& to;
        /// The two ECN bits (RFC 3168, 5).
        std::uint8_t ecn = 0;
    };

    /// Datagrams that go the same way.
    struct Batch {
        std::span<const std::uint8_t> bytes;
        /// Bytes of each but the last, which may be shorter.
        std::size_t segment = 0;
        boost::asio::ip::udp::endpoint from;
        boost::asio::ip::udp::endpoint to;
        std::uint8_t ecn = 0;
    };

    /// The beginning of a datagram that was sent, as the network gave it back.
    struct Undelivered {
        std::span<const std::uint8_t> bytes;
    };

    /// The most that send() takes in one Batch.
    static constexpr std::size_t max_batch = 65'000;
    static constexpr std::size_t max_segments = 64;

    /// @param socket a bound one.
    PacketSocket(boost::asio::ip::udp::socket socket, Offload offload);

    boost::asio::ip::udp::socket& socket() noexcept { return socket_; }
    /// The port, and the address it was bound to.
    const boost::asio::ip::udp::endpoint& local() const noexcept { return local_; }

    /// Takes what is there, up to a bound, and calls `each` for each datagram. @return false when nothing was there.
    bool receive(const std::function<void(const Datagram&)>& each);

    /// Takes what the network has said of datagrams sent earlier, and calls `each` for those to a port where nobody
    /// listens (ICMP, RFC 1122, 4.1.3.3). Anybody can forge it: to be believed it must quote what only we and those on
    /// the way can know. Nearly free when there is nothing.
    void receive_errors(const std::function<void(const Undelivered&)>& each);

    /// Gives back the memory that receive() uses, until it is called again.
    void release_memory() noexcept { input_.reset(); }

    /// Sends. A datagram that cannot be sent is lost, as any may be.
    /// @return bytes that are left at the end of the batch because the system takes no more now: to be sent when the
    ///     socket is writable.
    std::size_t send(const Batch& batch);

    /// Sends one datagram that is not QUIC's and may be cut on its way (IP fragments).
    void send_whole(std::string_view bytes, const boost::asio::ip::udp::endpoint& to);

    /// The address of ours from which packets to `remote` leave; unspecified when there is no way there.
    boost::asio::ip::udp::endpoint source_for(const boost::asio::ip::udp::endpoint& remote) const;

  private:
    struct Input;

    enum class Outcome : std::uint8_t { sent, blocked, lost, cannot_split };
    void forbid_fragments();
    void allow_fragments();
    Outcome send_one(const Batch& batch, std::size_t segment);

    boost::asio::ip::udp::socket socket_;
    boost::asio::ip::udp::endpoint local_;
    bool joins_ = false;       // UDP_GRO is on
    bool splits_ = false;      // UDP_SEGMENT works
    bool has_errors_ = false;  // the system has said so
    std::unique_ptr<Input, void (*)(Input*)> input_;
};

}  // namespace gnutella::net
