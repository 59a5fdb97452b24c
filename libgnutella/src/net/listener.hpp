#pragma once

#include "net/channel.hpp"
#include "net/connection_counts.hpp"
#include "net/tls/tls_credentials.hpp"
#include "wire/first_bytes.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/error.hpp>
#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

namespace gnutella::net {

/// TCP and UDP sockets on one and the same port.
struct BoundPort {
    boost::asio::ip::tcp::acceptor acceptor;
    boost::asio::ip::udp::socket datagrams;
};

/// Binds both. Port 0: one that is free for both.
/// @param error port_in_use or cannot_listen.
BoundPort bind_port(const boost::asio::any_io_executor& executor, const std::string& address, std::uint16_t port,
                    error_code& error);

/// Accepts connections and finds out, from their first bytes, what each is (docs/architecture.md, "One port"), inside
/// TLS where they begin with that. Runs on the executor of the acceptor it is given, which must be a strand.
class Listener : public std::enable_shared_from_this<Listener> {
  public:
    struct Accepted {
        wire::FirstBytes kind;
        Channel channel;
        /// What has been read of it, decrypted where it is in TLS.
        std::string first_bytes;
        /// Keeps the connection's place among those of its address: to be dropped when it is closed.
        std::shared_ptr<void> ticket;
    };
    /// Why a connection was closed before it was anything.
    enum class Refusal : std::uint8_t { too_many, unknown };

    /// @param connections gives each accepted connection an executor.
    /// @param tls how connections that begin with TLS are served; nullopt: not at all.
    Listener(boost::asio::ip::tcp::acceptor acceptor, boost::asio::any_io_executor connections,
             const Settings& settings, std::optional<TlsCredentials> tls, std::function<void(Accepted)> accepted,
             std::function<void(Refusal)> refused);

    void start();
    void stop();

  private:
    struct Waiting;

    void accept();
    void accept_later();
    void look_at(boost::asio::ip::tcp::socket socket);
    void read_first_bytes(const std::shared_ptr<Waiting>& waiting);
    void open_tls(const std::shared_ptr<Waiting>& waiting);
    void expire(const std::shared_ptr<Waiting>& waiting);
    void conclude(const std::shared_ptr<Waiting>& waiting, wire::FirstBytes kind);

    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::any_io_executor connections_;
    boost::asio::steady_timer pause_;
    const std::chrono::milliseconds first_bytes_timeout_;
    const std::size_t most_waiting_;
    std::unordered_set<std::shared_ptr<Waiting>> waiting_;  // accepted, and not known yet what they are
    std::shared_ptr<ConnectionCounts> counts_;
    const std::optional<TlsCredentials> tls_;
    std::function<void(Accepted)> accepted_;
    std::function<void(Refusal)> refused_;
    bool stopped_ = false;
};

}  // namespace gnutella::net
