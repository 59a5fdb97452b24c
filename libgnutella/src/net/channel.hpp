#pragma once

#include "net/tls/tls_stream.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

namespace gnutella::net {

/// What runs over TCP with another node, plain or in TLS. It has both manners of a stream: an AsyncReadStream and
/// AsyncWriteStream, as handshakes want it, and calls that never wait, for who would hold no buffer while nothing
/// comes. All on its executor, which must be a strand.
class Channel {
  public:
    using executor_type = boost::asio::any_io_executor;
    using Socket = boost::asio::ip::tcp::socket;
    using Stream = std::variant<Socket, TlsStream>;

    /// @param socket connected.
    explicit Channel(Socket socket) : stream_(std::move(socket)) {}
    /// @param stream whose handshake is done.
    explicit Channel(TlsStream stream) : stream_(std::move(stream)) {}

    executor_type get_executor() { return socket().get_executor(); }
    bool is_encrypted() const noexcept { return std::holds_alternative<TlsStream>(stream_); }

    /// The connection beneath: for addresses and options.
    Socket& socket() noexcept;
    const Socket& socket() const noexcept;

    /// Goes on in TLS, whose handshake is to be done before all else.
    /// @param first_bytes what has been read already.
    TlsStream& begin_tls(const TlsCredentials& credentials, TlsRole role, std::string_view first_bytes);

    /// Goes on on another strand, while nothing waits. Closed when there is an error.
    error_code move_to(const executor_type& strand);

    /// What it is made of, to be used otherwise.
    Stream release() && { return std::move(stream_); }

    template <class MutableBufferSequence, class Token>
    auto async_read_some(const MutableBufferSequence& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            [](auto handler, Stream* stream, const MutableBufferSequence& to) {
                std::visit([&](auto& each) { each.async_read_some(to, std::move(handler)); }, *stream);
            },
            token, &stream_, buffers);
    }
    template <class ConstBufferSequence, class Token>
    auto async_write_some(const ConstBufferSequence& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            [](auto handler, Stream* stream, const ConstBufferSequence& from) {
                std::visit([&](auto& each) { each.async_write_some(from, std::move(handler)); }, *stream);
            },
            token, &stream_, buffers);
    }

    /// Reads what is there. @param error boost::asio::error::would_block when nothing is; eof at the end; else as the
    /// stream says it.
    std::size_t read_some(std::span<char> to, error_code& error);

    /// Writes as much as there is room for. @param error would_block when there is none: the next call must begin with
    /// the same bytes, and may have more behind them. Else as the stream says it.
    std::size_t write_some(std::span<const iovec> from, error_code& error);

    /// Waits until read_some() is worth another call. `void(error_code)`.
    template <class Token>
    auto async_wait_readable(Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code)>(
            [](auto handler, Stream* stream) {
                if (auto* const encrypted = std::get_if<TlsStream>(stream)) {
                    encrypted->async_wait_readable(std::move(handler));
                } else {
                    std::get<Socket>(*stream).async_wait(Socket::wait_read, std::move(handler));
                }
            },
            token, &stream_);
    }
    /// The same for write_some().
    template <class Token>
    auto async_wait_writable(Token&& token) {
        return socket().async_wait(Socket::wait_write, std::forward<Token>(token));
    }

    /// Tells the far end that no more will be written. What was written must have left.
    void shutdown_send() noexcept;

    /// Ends all that waits, and closes the connection.
    void close() noexcept;

  private:
    friend void abort_stream(Channel& channel) noexcept;
    friend boost::asio::awaitable<void> end_stream(Channel& channel);

    Stream stream_;
};

/// As for a socket.
void abort_stream(Channel& channel) noexcept;

/// As for a socket.
boost::asio::awaitable<void> end_stream(Channel& channel);

}  // namespace gnutella::net
