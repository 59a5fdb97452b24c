#include "net/datagram_socket.hpp"

#include "net/address.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

// Datagrams taken before others on the same thread have their turn.
constexpr int max_in_a_row = 32;

}  // namespace

DatagramSocket::DatagramSocket(udp::socket socket, Received received)
    : socket_(std::move(socket)), received_(std::move(received)) {}

void DatagramSocket::start() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        error_code ignored;
        self->socket_.non_blocking(true, ignored);
        self->wait();
    });
}

void DatagramSocket::close() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        error_code ignored;
        self->socket_.close(ignored);
        self->received_ = nullptr;
    });
}

void DatagramSocket::wait() {
    socket_.async_wait(udp::socket::wait_read, [self = shared_from_this()](error_code error) {
        if (!error && self->socket_.is_open()) {
            self->receive();
        }
    });
}

void DatagramSocket::receive() {
    // Only while there is something to read: an idle socket keeps no buffer.
    const auto buffer = std::make_unique_for_overwrite<char[]>(datagram_room);
    for (int taken = 0; taken < max_in_a_row && received_; ++taken) {
        udp::endpoint from;
        error_code error;
        const std::size_t size = socket_.receive_from(asio::buffer(buffer.get(), datagram_room), from, 0, error);
        if (error == asio::error::would_block) {
            break;
        }
        // Other errors tell of an earlier datagram (ICMP port unreachable), not of this socket.
        if (!error) {
            received_({buffer.get(), size}, {plain(from.address()), from.port()});
        }
    }
    if (socket_.is_open()) {
        wait();
    }
}

void DatagramSocket::send(wire::Frame frame, const udp::endpoint& to) {
    asio::post(socket_.get_executor(), [self = shared_from_this(), frame = std::move(frame), to] {
        if (!self->socket_.is_open()) {
            return;
        }
        error_code unnamed;
        const udp protocol = self->socket_.local_endpoint(unnamed).protocol();
        const auto bytes = asio::buffer(frame.bytes().data(), frame.size());
        self->socket_.async_send_to(bytes, as_seen_by(protocol, to), [self, frame](error_code, std::size_t) {
            // As with all datagrams: nobody is told that one was lost.
        });
    });
}

}  // namespace gnutella::net
