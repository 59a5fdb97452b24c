#pragma once

#include "net/tls/tls_connection.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace gnutella::net {

/// TLS over a TCP connection: an AsyncReadStream and AsyncWriteStream, like a socket. One read and one write at a time,
/// on the socket's executor, which must be a strand; operations complete there, never within the call that starts them.
/// Cancelling one leaves the stream as it was, but that what a write had encrypted is still sent. Destroying it closes
/// the connection without a word, in the middle too: operations end with operation_aborted.
/// Errors are those of TlsConnection, but would_block where it is not named.
class TlsStream {
  public:
    using executor_type = boost::asio::any_io_executor;

    /// @param socket connected.
    /// @param first_bytes what has been read of it already.
    /// @param expected the far end must have this key; nullopt: whoever it is.
    static TlsStream client(boost::asio::ip::tcp::socket socket, const TlsCredentials& credentials,
                            const std::optional<KeyHash>& expected = std::nullopt, std::string_view first_bytes = {}) {
        return TlsStream(
            std::make_shared<TlsConnection>(std::move(socket), credentials, TlsRole::client, expected, first_bytes));
    }
    static TlsStream server(boost::asio::ip::tcp::socket socket, const TlsCredentials& credentials,
                            std::string_view first_bytes = {}) {
        return TlsStream(std::make_shared<TlsConnection>(std::move(socket), credentials, TlsRole::server, std::nullopt,
                                                         first_bytes));
    }

    TlsStream(TlsStream&& other) noexcept = default;
    TlsStream& operator=(TlsStream&& other) noexcept {
        const TlsStream old(std::move(*this));
        connection_ = std::move(other.connection_);
        return *this;
    }
    ~TlsStream() {
        if (connection_) {
            connection_->close();
        }
    }

    executor_type get_executor() const { return connection_->socket().get_executor(); }

    /// The connection beneath: for addresses and options.
    boost::asio::ip::tcp::socket& socket() noexcept { return connection_->socket(); }
    const boost::asio::ip::tcp::socket& socket() const noexcept { return connection_->socket(); }

    /// The calls that never wait.
    TlsConnection& connection() noexcept { return *connection_; }

    /// To be done before all else. How long it may take is the caller's to say. `void(error_code)`; also wrong_key.
    template <class Token>
    auto async_handshake(Token&& token) {
        return boost::asio::async_compose<Token, void(error_code)>(begin(Handshake()), token, get_executor());
    }

    template <class MutableBufferSequence, class Token>
    auto async_read_some(const MutableBufferSequence& buffers, Token&& token) {
        return boost::asio::async_compose<Token, void(error_code, std::size_t)>(begin(Read{first_of(buffers)}), token,
                                                                                get_executor());
    }

    template <class ConstBufferSequence, class Token>
    auto async_write_some(const ConstBufferSequence& buffers, Token&& token) {
        return boost::asio::async_compose<Token, void(error_code, std::size_t)>(begin(Write{list_of(buffers)}), token,
                                                                                get_executor());
    }

    /// Tells the far end that no more will be written. `void(error_code)`.
    template <class Token>
    auto async_shutdown_send(Token&& token) {
        return boost::asio::async_compose<Token, void(error_code)>(begin(Shutdown()), token, get_executor());
    }

    /// Waits until connection().read_some() is worth another call. `void(error_code)`.
    template <class Token>
    auto async_wait_readable(Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code)>(
            [](auto handler, TlsConnection* connection) {
                if (!connection->has_pending()) {
                    connection->socket().async_wait(connection->read_waits_for(), std::move(handler));
                    return;
                }
                const auto executor =
                    boost::asio::get_associated_executor(handler, connection->socket().get_executor());
                boost::asio::post(executor, [handler = std::move(handler)]() mutable { handler(error_code{}); });
            },
            token, connection_.get());
    }
    /// The same for write_some().
    template <class Token>
    auto async_wait_writable(Token&& token) {
        return socket().async_wait(boost::asio::ip::tcp::socket::wait_write, std::forward<Token>(token));
    }

  private:
    using Socket = boost::asio::ip::tcp::socket;
    using Connection = std::shared_ptr<TlsConnection>;

    // As many buffers as a write takes at once.
    struct ConstBuffers {
        std::array<iovec, 16> list{};
        std::size_t count = 0;
        std::span<const iovec> span() const noexcept { return {list.data(), count}; }
    };

    explicit TlsStream(Connection connection) : connection_(std::move(connection)) {}

    template <class Buffers>
    static std::span<char> first_of(const Buffers& buffers) {
        for (auto each = boost::asio::buffer_sequence_begin(buffers); each != boost::asio::buffer_sequence_end(buffers);
             ++each) {
            const boost::asio::mutable_buffer buffer(*each);
            if (buffer.size() > 0) {
                return {static_cast<char*>(buffer.data()), buffer.size()};
            }
        }
        return {};
    }

    template <class Buffers>
    static ConstBuffers list_of(const Buffers& buffers) {
        ConstBuffers some;
        for (auto each = boost::asio::buffer_sequence_begin(buffers);
             each != boost::asio::buffer_sequence_end(buffers) && some.count < some.list.size(); ++each) {
            const boost::asio::const_buffer buffer(*each);
            if (buffer.size() > 0) {
                some.list[some.count++] = {const_cast<void*>(buffer.data()), buffer.size()};
            }
        }
        return some;
    }

    // What all operations do: try, wait for the socket, try again; and never complete within the call that began.
    template <class Attempt>
    struct Operation {
        enum class At : std::uint8_t { beginning, waiting, end };

        Connection connection;
        Attempt attempt;
        At at = At::beginning;
        error_code error{};

        template <class Self>
        void operator()(Self& self, error_code waited = {}) {
            if (at == At::beginning) {
                self.reset_cancellation_state(typename Attempt::Cancellation());
            }
            if (at == At::waiting && !waited && self.cancelled() != boost::asio::cancellation_type::none) {
                waited = boost::asio::error::operation_aborted;  // the wait had ended when it was cancelled
            }
            if (waited) {
                attempt.give_up(*connection);
                error = waited;
            }
            if (at == At::end || waited) {
                attempt.complete(self, error);
                return;
            }
            error = attempt(*connection);
            Socket& socket = connection->socket();
            if (error == boost::asio::error::would_block) {
                at = At::waiting;
                socket.async_wait(attempt.waits_for(*connection), std::move(self));
            } else if (at == At::waiting) {
                attempt.complete(self, error);
            } else {
                at = At::end;
                boost::asio::post(socket.get_executor(), std::move(self));
            }
        }
    };

    struct Handshake {
        using Cancellation = boost::asio::enable_terminal_cancellation;
        error_code operator()(TlsConnection& connection) { return connection.handshake(); }
        static Socket::wait_type waits_for(TlsConnection& connection) { return connection.read_waits_for(); }
        static void give_up(TlsConnection&) {}
        template <class Self>
        static void complete(Self& self, const error_code& error) {
            self.complete(error);
        }
    };

    struct Read {
        using Cancellation = boost::asio::enable_total_cancellation;
        std::span<char> to;
        std::size_t count = 0;

        error_code operator()(TlsConnection& connection) {
            error_code error;
            count = connection.read_some(to, error);
            return error;
        }
        static Socket::wait_type waits_for(TlsConnection& connection) { return connection.read_waits_for(); }
        static void give_up(TlsConnection&) {}
        template <class Self>
        void complete(Self& self, const error_code& error) const {
            self.complete(error, count);
        }
    };

    struct Write {
        using Cancellation = boost::asio::enable_partial_cancellation;
        ConstBuffers from;
        std::size_t count = 0;
        bool flushing = false;

        // Done when nothing that was encrypted is left here: nobody would send it when the caller has no more to say.
        error_code operator()(TlsConnection& connection) {
            error_code error;
            if (flushing) {
                count = count + connection.write_some({}, error);
                if (error || count > 0) {
                    return error;
                }
            }
            count = connection.write_some(from.span(), error);
            flushing = connection.holds_unsent();
            return flushing && !error ? error_code(boost::asio::error::would_block) : error;
        }
        static Socket::wait_type waits_for(TlsConnection&) { return Socket::wait_write; }
        void give_up(TlsConnection& connection) { count += connection.leave_unsent(); }
        template <class Self>
        void complete(Self& self, const error_code& error) const {
            self.complete(error, count);
        }
    };

    struct Shutdown {
        using Cancellation = boost::asio::enable_terminal_cancellation;
        error_code operator()(TlsConnection& connection) { return connection.shutdown_send(); }
        static Socket::wait_type waits_for(TlsConnection&) { return Socket::wait_write; }
        static void give_up(TlsConnection&) {}
        template <class Self>
        static void complete(Self& self, const error_code& error) {
            self.complete(error);
        }
    };

    template <class Attempt>
    Operation<Attempt> begin(Attempt attempt) const {
        return {connection_, std::move(attempt)};
    }

    Connection connection_;
};

/// As for a socket.
inline void abort_stream(TlsStream& stream) noexcept {
    stream.connection().abort();
}

/// As for a socket, after TLS's own word that no more is sent.
boost::asio::awaitable<void> end_stream(TlsStream& stream);

}  // namespace gnutella::net
