#pragma once

#include "node.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>

#include <sys/socket.h>

#include <optional>
#include <string>

namespace gnutella::test {

/// The far end of a session, byte by byte, by blocking sockets: for what our own peers never do. Ours ends each object
/// with a newline, which makes it easy to read.
class RawPeer {
  public:
    using tcp = boost::asio::ip::tcp;
    using udp = boost::asio::ip::udp;

    explicit RawPeer(const Endpoint& to) : socket_(context_), datagrams_(context_, udp::endpoint(loopback(), 0)) {
        socket_.connect({loopback(), to.port});
        bound_time();
    }
    /// Takes a connection that a node opens.
    explicit RawPeer(tcp::socket socket)
        : socket_(std::move(socket)), datagrams_(context_, udp::endpoint(loopback(), 0)) {
        bound_time();
    }

    /// Greets as a legacy peer does, and takes the PONG.
    boost::json::object greet_as_legacy() {
        send(R"({"type": "PING", "host": "DESKTOP-3T", "port": )" + std::to_string(datagram_port()) +
             R"(, "id": "<function uuid3 at 0x7f1234567890>"})");
        return receive().value();
    }
    /// Greets as our own nodes do.
    boost::json::object greet() {
        send(R"({"type":"PING","host":"127.0.0.1","port":1,"id":")" + Guid::random().to_string() +
             R"(","v":1,"agent":"raw","peer":")" + Guid::random().to_string() + R"("})");
        return receive().value();
    }

    void send(const std::string& bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }
    /// The same, for what the far end may not want to take.
    void try_send(const std::string& bytes) {
        error_code ignored;
        boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
    }

    /// The next object; nothing when the connection ends.
    std::optional<boost::json::object> receive() {
        error_code error;
        const std::size_t size = boost::asio::read_until(socket_, boost::asio::dynamic_buffer(input_), '\n', error);
        if (error) {
            return std::nullopt;
        }
        auto value = boost::json::parse(input_.substr(0, size));
        input_.erase(0, size);
        return value.as_object();
    }
    /// Reads on until an object of that type comes; nothing when the connection ends.
    std::optional<boost::json::object> receive(const std::string& type) {
        auto object = receive();
        while (object && std::string_view(object->at("type").as_string()) != type) {
            object = receive();
        }
        return object;
    }

    std::optional<std::string> receive_datagram() {
        std::string bytes(65536, '\0');
        error_code error;
        udp::endpoint from;
        const std::size_t size = datagrams_.receive_from(boost::asio::buffer(bytes), from, 0, error);
        if (error) {
            return std::nullopt;
        }
        bytes.resize(size);
        return bytes;
    }
    std::uint16_t datagram_port() const { return datagrams_.local_endpoint().port(); }
    void send_datagram(const std::string& bytes, std::uint16_t port) {
        datagrams_.send_to(boost::asio::buffer(bytes), udp::endpoint(loopback(), port));
    }

    tcp::socket& socket() { return socket_; }

  private:
    static boost::asio::ip::address loopback() { return boost::asio::ip::address_v4::loopback(); }

    void bound_time() {
        const timeval most{patience.count(), 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
        ::setsockopt(datagrams_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    }

    boost::asio::io_context context_;
    tcp::socket socket_;
    udp::socket datagrams_;
    std::string input_;
};

}  // namespace gnutella::test
