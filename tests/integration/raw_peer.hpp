#pragma once

#include "node.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
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
    }
    /// One that was connected to: see RawListener.
    explicit RawPeer(int accepted) : socket_(context_), datagrams_(context_, udp::endpoint(loopback(), 0)) {
        socket_.assign(tcp::v4(), accepted);
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
    /// As the side that was connected to, to its PING.
    void welcome() {
        const auto ping = receive("PING").value();
        send(R"({"type":"PONG","host":"127.0.0.1","port":1,"v":1,"id":")" + std::string(ping.at("id").as_string()) +
             R"("})");
    }

    void send(const std::string& bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }
    /// The same, for what the far end may not want to take.
    void try_send(const std::string& bytes) {
        error_code ignored;
        boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
    }

    /// The next object; nothing when the connection ends, or when nothing comes for very long.
    std::optional<boost::json::object> receive() {
        std::size_t end = input_.find('\n');
        while (end == std::string::npos) {
            std::array<char, 65536> bytes;
            const ssize_t got = readable(socket_) ? ::recv(socket_.native_handle(), bytes.data(), bytes.size(), 0) : 0;
            if (got <= 0) {
                return std::nullopt;
            }
            end = input_.size();
            input_.append(bytes.data(), static_cast<std::size_t>(got));
            end = input_.find('\n', end);
        }
        auto value = boost::json::parse(input_.substr(0, end));
        input_.erase(0, end + 1);
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
        if (!readable(datagrams_)) {
            return std::nullopt;
        }
        std::string bytes(65536, '\0');
        udp::endpoint from;
        const std::size_t size = datagrams_.receive_from(boost::asio::buffer(bytes), from);
        bytes.resize(size);
        return bytes;
    }
    std::uint16_t datagram_port() const { return datagrams_.local_endpoint().port(); }
    void send_datagram(const std::string& bytes, std::uint16_t port) {
        datagrams_.send_to(boost::asio::buffer(bytes), udp::endpoint(loopback(), port));
    }

    void close() {
        error_code ignored;
        socket_.close(ignored);
    }
    tcp::socket& socket() { return socket_; }

  private:
    static boost::asio::ip::address loopback() { return boost::asio::ip::address_v4::loopback(); }

    template <class Socket>
    static bool readable(Socket& socket) {
        pollfd waiting{socket.native_handle(), POLLIN, 0};
        return ::poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) == 1;
    }

    boost::asio::io_context context_;
    tcp::socket socket_;
    udp::socket datagrams_;
    std::string input_;
};

}  // namespace gnutella::test
