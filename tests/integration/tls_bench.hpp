#pragma once

#include "net/tls/tls_stream.hpp"
#include "transfer_bench.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <gnutls/gnutls.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gnutella::test {

/// What gtk-gnutella is ready for (its tls_common.c, tls_init), as GnuTLS has it written.
inline constexpr const char* gtk_gnutella = "NORMAL:+ANON-ECDH:+ANON-DH";

/// Two sockets that are connected with each other, each on a strand of its own.
inline std::pair<Tcp::socket, Tcp::socket> connected_sockets(Threads& threads) {
    Tcp::acceptor acceptor(threads.context(), Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    Tcp::socket near(boost::asio::make_strand(threads.context()));
    near.connect(acceptor.local_endpoint());
    Tcp::socket far = acceptor.accept(boost::asio::make_strand(threads.context()));
    return {std::move(near), std::move(far)};
}

/// Runs a coroutine where the stream is at home.
template <class Work>
auto on_strand_of(net::TlsStream& stream, Work work) {
    return boost::asio::co_spawn(stream.get_executor(), std::move(work), boost::asio::use_future);
}

inline std::future<void> start_handshake(net::TlsStream& stream) {
    return on_strand_of(
        stream, [&]() -> boost::asio::awaitable<void> { co_await stream.async_handshake(boost::asio::use_awaitable); });
}

inline std::future<void> start_sending(net::TlsStream& stream, std::string bytes) {
    return on_strand_of(stream, [&stream, bytes = std::move(bytes)]() -> boost::asio::awaitable<void> {
        const auto buffer = boost::asio::buffer(bytes);
        co_await boost::asio::async_write(stream, buffer, boost::asio::use_awaitable);
    });
}
inline void send(net::TlsStream& stream, std::string bytes) {
    get(start_sending(stream, std::move(bytes)));
}

inline std::future<std::string> start_receiving(net::TlsStream& stream, std::size_t size) {
    return on_strand_of(stream, [&stream, size]() -> boost::asio::awaitable<std::string> {
        std::string bytes(size, '\0');
        const auto buffer = boost::asio::buffer(bytes);
        co_await boost::asio::async_read(stream, buffer, boost::asio::use_awaitable);
        co_return bytes;
    });
}
inline std::string receive(net::TlsStream& stream, std::size_t size) {
    return get(start_receiving(stream, size));
}
inline error_code error_of_reading(net::TlsStream& stream) {
    return error_of(start_receiving(stream, 1));
}

inline void shutdown_send(net::TlsStream& stream) {
    get(on_strand_of(stream, [&]() -> boost::asio::awaitable<void> {
        co_await stream.async_shutdown_send(boost::asio::use_awaitable);
    }));
}

/// A port of loopback behind which another is reached in TLS: who speaks plainly here speaks inside TLS there.
class TlsTunnel {
  public:
    TlsTunnel(Threads& threads, const Endpoint& to)
        : context_(threads.context()),
          acceptor_(boost::asio::make_strand(context_), Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
          endpoint_{"127.0.0.1", acceptor_.local_endpoint().port()} {
        ended_ = boost::asio::co_spawn(acceptor_.get_executor(), accept(to), boost::asio::use_future);
    }
    ~TlsTunnel() {
        boost::asio::post(acceptor_.get_executor(), [this] {
            error_code ignored;
            acceptor_.close(ignored);
        });
        ended_.wait_for(patience);
    }
    TlsTunnel(const TlsTunnel&) = delete;
    TlsTunnel& operator=(const TlsTunnel&) = delete;

    const Endpoint& endpoint() const { return endpoint_; }

  private:
    static constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);

    boost::asio::awaitable<void> accept(Endpoint to) {
        for (;;) {
            Tcp::socket near(boost::asio::make_strand(context_));
            const auto [error] = co_await acceptor_.async_accept(near, token);
            if (error) {
                co_return;
            }
            const auto strand = near.get_executor();
            boost::asio::co_spawn(strand, connect(std::move(near), to), boost::asio::detached);
        }
    }

    static boost::asio::awaitable<void> connect(Tcp::socket near, Endpoint to) {
        using boost::asio::experimental::awaitable_operators::operator&&;
        Tcp::socket far(near.get_executor());
        const Tcp::endpoint end(boost::asio::ip::address_v4::loopback(), to.port);
        co_await far.async_connect(end, boost::asio::use_awaitable);
        const net::TlsCredentials credentials(net::IdentityKey::make());
        auto stream = net::TlsStream::client(std::move(far), credentials);
        co_await stream.async_handshake(boost::asio::use_awaitable);
        co_await (carry(near, stream) && carry(stream, near));
    }

    template <class From, class To>
    static boost::asio::awaitable<void> carry(From& from, To& to) {
        std::array<char, 16 * 1024> bytes;
        error_code error;
        while (!error) {
            const auto room = boost::asio::buffer(bytes);
            const auto [read_error, got] = co_await from.async_read_some(room, token);
            error = read_error;
            if (!error) {
                const auto come = boost::asio::buffer(bytes.data(), got);
                const auto [write_error, sent] = co_await boost::asio::async_write(to, come, token);
                error = write_error;
            }
        }
        if constexpr (std::is_same_v<To, net::TlsStream>) {
            co_await to.async_shutdown_send(token);
        } else {
            to.shutdown(Tcp::socket::shutdown_send, error);
        }
    }

    boost::asio::io_context& context_;
    Tcp::acceptor acceptor_;
    Endpoint endpoint_;
    std::future<void> ended_;
};

/// A client that is not ours, by GnuTLS and blocking calls. It shows no certificate.
class RawTlsClient {
  public:
    enum class Takes : std::uint8_t { anonymous_servers, certificates_too };

    RawTlsClient(Tcp::socket& socket, const char* priority, Takes takes) {
        gnutls_init(&session_, GNUTLS_CLIENT);
        gnutls_priority_set_direct(session_, priority, nullptr);
        gnutls_anon_allocate_client_credentials(&anonymous_);
        gnutls_credentials_set(session_, GNUTLS_CRD_ANON, anonymous_);
        gnutls_certificate_allocate_credentials(&certificates_);
        if (takes == Takes::certificates_too) {
            gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, certificates_);
        }
        gnutls_transport_set_int(session_, socket.native_handle());
    }
    RawTlsClient(const RawTlsClient&) = delete;
    RawTlsClient& operator=(const RawTlsClient&) = delete;
    ~RawTlsClient() {
        gnutls_deinit(session_);
        gnutls_anon_free_client_credentials(anonymous_);
        gnutls_certificate_free_credentials(certificates_);
    }

    int handshake() {
        int result = GNUTLS_E_AGAIN;
        do {
            result = gnutls_handshake(session_);
        } while (result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED);
        return result;
    }
    void send(std::string_view bytes) { gnutls_record_send(session_, bytes.data(), bytes.size()); }
    /// As many bytes, or those until the end.
    std::string receive(std::size_t size) {
        std::string bytes(size, '\0');
        std::size_t got = 0;
        for (ssize_t result = 1; got < size && result > 0;
             got += static_cast<std::size_t>(std::max<ssize_t>(result, 0))) {
            result = gnutls_record_recv(session_, bytes.data() + got, size - got);
        }
        bytes.resize(got);
        return bytes;
    }
    gnutls_session_t native() { return session_; }

  private:
    gnutls_session_t session_ = nullptr;
    gnutls_anon_client_credentials_t anonymous_ = nullptr;
    gnutls_certificate_credentials_t certificates_ = nullptr;
};

}  // namespace gnutella::test
