#include "net/channel.hpp"

#include "net/move_socket.hpp"
#include "net/stream_end.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <sys/socket.h>

#include <cerrno>

namespace gnutella::net {

namespace asio = boost::asio;

namespace {

std::size_t read_plain(Channel::Socket& socket, std::span<char> to, error_code& error) {
    if (!socket.non_blocking()) {
        socket.non_blocking(true, error);
    }
    return socket.read_some(asio::buffer(to.data(), to.size()), error);
}

std::size_t write_plain(Channel::Socket& socket, std::span<const iovec> from, error_code& error) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(from.data());
    message.msg_iovlen = from.size();
    ssize_t sent = 0;
    do {
        sent = ::sendmsg(socket.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) {
        error = {};
        return static_cast<std::size_t>(sent);
    }
    const bool full = errno == EAGAIN || errno == EWOULDBLOCK;
    error = full ? error_code(asio::error::would_block) : error_code(errno, boost::system::system_category());
    return 0;
}

}  // namespace

Channel::Socket& Channel::socket() noexcept {
    auto* const encrypted = std::get_if<TlsStream>(&stream_);
    return encrypted != nullptr ? encrypted->socket() : *std::get_if<Socket>(&stream_);
}

const Channel::Socket& Channel::socket() const noexcept {
    const auto* const encrypted = std::get_if<TlsStream>(&stream_);
    return encrypted != nullptr ? encrypted->socket() : *std::get_if<Socket>(&stream_);
}

TlsStream& Channel::begin_tls(const TlsCredentials& credentials, TlsRole role, std::string_view first_bytes) {
    Socket plain = std::move(std::get<Socket>(stream_));
    return stream_.emplace<TlsStream>(role == TlsRole::client
                                          ? TlsStream::client(std::move(plain), credentials, std::nullopt, first_bytes)
                                          : TlsStream::server(std::move(plain), credentials, first_bytes));
}

error_code Channel::move_to(const executor_type& strand) {
    if (auto* const encrypted = std::get_if<TlsStream>(&stream_)) {
        return encrypted->connection().move_to(strand);
    }
    error_code error;
    auto& plain = std::get<Socket>(stream_);
    plain = net::move_to(strand, std::move(plain), error);
    return error;
}

std::size_t Channel::read_some(std::span<char> to, error_code& error) {
    if (auto* const encrypted = std::get_if<TlsStream>(&stream_)) {
        return encrypted->connection().read_some(to, error);
    }
    return read_plain(std::get<Socket>(stream_), to, error);
}

std::size_t Channel::write_some(std::span<const iovec> from, error_code& error) {
    if (auto* const encrypted = std::get_if<TlsStream>(&stream_)) {
        return encrypted->connection().write_some(from, error);
    }
    return write_plain(std::get<Socket>(stream_), from, error);
}

void Channel::shutdown_send() noexcept {
    if (auto* const encrypted = std::get_if<TlsStream>(&stream_)) {
        encrypted->connection().shutdown_send();  // where there is no room for its word, the FIN must do
    }
    error_code ignored;
    socket().shutdown(Socket::shutdown_send, ignored);
}

void Channel::close() noexcept {
    if (auto* const encrypted = std::get_if<TlsStream>(&stream_)) {
        encrypted->connection().close();
        return;
    }
    error_code ignored;
    socket().close(ignored);
}

void abort_stream(Channel& channel) noexcept {
    std::visit([](auto& stream) { abort_stream(stream); }, channel.stream_);
}

asio::awaitable<void> end_stream(Channel& channel) {
    if (auto* const encrypted = std::get_if<TlsStream>(&channel.stream_)) {
        co_await end_stream(*encrypted);
    } else {
        co_await end_stream(channel.socket());
    }
}

}  // namespace gnutella::net
