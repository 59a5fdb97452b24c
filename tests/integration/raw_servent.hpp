#pragma once

#include "node.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <zlib.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gnutella::test {

inline Settings gnutella_settings() {
    Settings settings = quick_settings();
    settings.dialects = {Dialect::gnutella};
    return settings;
}

inline ConnectRequest in_gnutella(const Endpoint& to) {
    return {to, Dialect::gnutella};
}

/// The far end of a session in Gnutella 0.6, byte by byte, by blocking sockets: what the specification says, and what
/// nobody should do.
class RawServent {
  public:
    using tcp = boost::asio::ip::tcp;

    /// One that connects.
    explicit RawServent(const Endpoint& to) : socket_(context_) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), to.port});
    }
    /// One that was connected to: see RawListener.
    explicit RawServent(int accepted) : socket_(context_) { socket_.assign(tcp::v4(), accepted); }
    ~RawServent() {
        if (deflating_) {
            deflateEnd(&deflating_->stream);
        }
        if (inflating_) {
            inflateEnd(&inflating_->stream);
        }
    }
    RawServent(const RawServent&) = delete;
    RawServent& operator=(const RawServent&) = delete;

    // ---- the handshake ----

    static std::string block(const std::string& first_line, const std::string& headers) {
        return first_line + "\r\n" + headers + "\r\n";
    }
    static std::string connect_block(const std::string& headers = {}) {
        return block("GNUTELLA CONNECT/0.6", usual_headers() + headers);
    }
    static std::string usual_headers() {
        return "User-Agent: RawServent/1.0\r\nX-Ultrapeer: True\r\nX-Query-Routing: 0.2\r\nGGEP: 0.5\r\n"
               "X-Ultrapeer-Query-Routing: 0.1\r\nBye-Packet: 0.1\r\nPong-Caching: 0.1\r\n";
    }

    /// The next lines, with the empty one that ends them; what there is when the connection ends before.
    std::string receive_block() { return receive_until("\r\n\r\n"); }
    std::string receive_until(std::string_view last) {
        std::size_t end = input_.find(last);
        while (end == std::string::npos && fill()) {
            end = input_.find(last);
        }
        const std::size_t size = end == std::string::npos ? input_.size() : end + last.size();
        std::string block = input_.substr(0, size);
        input_.erase(0, size);
        return block;
    }

    /// The whole handshake as the side that connected. @return their answer.
    std::string greet(const std::string& headers = {}) {
        send(connect_block(headers));
        std::string answer = receive_block();
        send(block("GNUTELLA/0.6 200 OK", ""));
        return answer;
    }
    /// The same, and both directions are compressed from then on.
    std::string greet_compressed() {
        send(connect_block("Accept-Encoding: deflate\r\n"));
        std::string answer = receive_block();
        send(block("GNUTELLA/0.6 200 OK", "Content-Encoding: deflate\r\n"));
        compress();
        return answer;
    }
    /// As the side that was connected to. @return their first words.
    std::string welcome(const std::string& headers = {}) {
        std::string words = receive_block();
        send(block("GNUTELLA/0.6 200 OK", usual_headers() + headers));
        receive_block();
        return words;
    }
    void compress() {
        deflating_ = std::make_unique<Deflating>();
        deflateInit(&deflating_->stream, Z_DEFAULT_COMPRESSION);
        inflating_ = std::make_unique<Inflating>();
        inflateInit(&inflating_->stream);
        compressed_ = std::exchange(input_, {});
        inflate_all();
    }

    // ---- messages ----

    struct Message {
        std::string id;
        std::uint8_t type = 0;
        std::uint8_t ttl = 0;
        std::uint8_t hops = 0;
        std::string payload;
    };
    static constexpr std::uint8_t ping = 0x00, pong = 0x01, bye = 0x02, push = 0x40, query = 0x80, query_hit = 0x81;

    /// 0.6, 2.2.1: the length is little-endian.
    static std::string message(std::uint8_t type, const std::string& payload, std::uint8_t ttl = 3,
                               const std::string& id = some_id()) {
        std::string bytes = id;
        bytes += {static_cast<char>(type), static_cast<char>(ttl), '\0'};
        for (int shift = 0; shift < 32; shift += 8) {
            bytes += static_cast<char>(payload.size() >> shift & 0xFF);
        }
        return bytes + payload;
    }
    static std::string some_id() {
        const Guid id = Guid::random();
        return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
    }
    /// 0.6, 2.2.5; asks for URNs.
    static std::string query_for(const std::string& text) {
        return std::string("\xD8\0", 2) + text + std::string("\0urn:\0", 6);
    }
    static std::string bye_because(std::uint16_t code, const std::string& reason) {
        return std::string{static_cast<char>(code & 0xFF), static_cast<char>(code >> 8)} + reason + '\0';
    }

    void send_message(std::uint8_t type, const std::string& payload, std::uint8_t ttl = 3) {
        send(message(type, payload, ttl));
    }

    /// The next message; nothing when the connection ends, or when nothing comes for very long.
    std::optional<Message> receive() {
        while (input_.size() < 23 || input_.size() < 23 + length_at_front()) {
            if (!fill()) {
                return std::nullopt;
            }
        }
        Message message{input_.substr(0, 16), static_cast<std::uint8_t>(input_[16]),
                        static_cast<std::uint8_t>(input_[17]), static_cast<std::uint8_t>(input_[18]),
                        input_.substr(23, length_at_front())};
        input_.erase(0, 23 + message.payload.size());
        return message;
    }
    /// Reads on until one of that type comes.
    std::optional<Message> receive(std::uint8_t type) {
        auto message = receive();
        while (message && message->type != type) {
            message = receive();
        }
        return message;
    }

    // ---- bytes ----

    void send(const std::string& bytes) { boost::asio::write(socket_, boost::asio::buffer(encoded(bytes))); }
    /// The same, for what the far end may not want to take.
    void try_send(const std::string& bytes) {
        error_code ignored;
        boost::asio::write(socket_, boost::asio::buffer(encoded(bytes)), ignored);
    }
    /// As it is, also where the session is compressed.
    void try_send_raw(const std::string& bytes) {
        error_code ignored;
        boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
    }
    /// Whether the connection ends; reads what comes before.
    bool ends() {
        while (fill()) {
            input_.clear();
        }
        return ended_;
    }
    void close() {
        error_code ignored;
        socket_.close(ignored);
    }
    tcp::socket& socket() { return socket_; }

  private:
    struct Deflating {
        z_stream stream{};
    };
    struct Inflating {
        z_stream stream{};
    };

    std::size_t length_at_front() const {
        std::size_t length = 0;
        for (std::size_t at = 0; at < 4; ++at) {
            length |= static_cast<std::size_t>(static_cast<unsigned char>(input_[19 + at])) << (8 * at);
        }
        return length;
    }

    /// Reads once. @return false when the connection has ended, or when nothing comes for very long.
    bool fill() {
        std::array<char, 65536> bytes;
        pollfd waiting{socket_.native_handle(), POLLIN, 0};
        const int wait = static_cast<int>(std::chrono::milliseconds(patience).count());
        if (::poll(&waiting, 1, wait) != 1) {
            return false;
        }
        const ssize_t got = ::recv(socket_.native_handle(), bytes.data(), bytes.size(), 0);
        ended_ = got <= 0;
        if (ended_) {
            return false;
        }
        (inflating_ ? compressed_ : input_).append(bytes.data(), static_cast<std::size_t>(got));
        if (inflating_) {
            inflate_all();
        }
        return true;
    }

    void inflate_all() {
        z_stream& stream = inflating_->stream;
        stream.next_in = reinterpret_cast<Bytef*>(compressed_.data());
        stream.avail_in = static_cast<uInt>(compressed_.size());
        std::array<char, 4096> room;
        do {
            stream.next_out = reinterpret_cast<Bytef*>(room.data());
            stream.avail_out = static_cast<uInt>(room.size());
            inflate(&stream, Z_SYNC_FLUSH);
            input_.append(room.data(), room.size() - stream.avail_out);
        } while (stream.avail_out == 0);
        compressed_.clear();
    }

    std::string encoded(const std::string& bytes) {
        if (!deflating_) {
            return bytes;
        }
        z_stream& stream = deflating_->stream;
        std::string plain = bytes;
        stream.next_in = reinterpret_cast<Bytef*>(plain.data());
        stream.avail_in = static_cast<uInt>(plain.size());
        std::string out(deflateBound(&stream, plain.size()) + 64, '\0');
        stream.next_out = reinterpret_cast<Bytef*>(out.data());
        stream.avail_out = static_cast<uInt>(out.size());
        deflate(&stream, Z_SYNC_FLUSH);
        out.resize(out.size() - stream.avail_out);
        return out;
    }

    boost::asio::io_context context_;
    tcp::socket socket_;
    std::string input_;
    std::string compressed_;
    std::unique_ptr<Deflating> deflating_;
    std::unique_ptr<Inflating> inflating_;
    bool ended_ = false;
};

/// A port at which connections are taken one by one.
class RawListener {
  public:
    RawListener() : acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}) {}

    Endpoint endpoint() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }
    /// The descriptor of the next connection.
    int accept() {
        pollfd waiting{acceptor_.native_handle(), POLLIN, 0};
        if (::poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) != 1) {
            throw std::runtime_error("nobody connects");
        }
        return acceptor_.accept().release();
    }

  private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
};

}  // namespace gnutella::test
