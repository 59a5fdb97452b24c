#pragma once

#include "net/tls/tls_credentials.hpp"

#include <gnutella/error.hpp>
#include <gnutella/key_hash.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gnutella::net {

/// Which end of TLS: the one that speaks first, or the one that shows its key.
enum class TlsRole : std::uint8_t { client, server };

/// TLS over a TCP connection, by calls that never wait: each does what can be done now, and says would_block when the
/// socket has nothing, or no room. It stays where it is: GnuTLS knows it by its address. On its socket's strand.
///
/// Errors of all: boost::asio::error::would_block; eof at the end that the far end announced (close_notify);
/// connection_reset when the connection ended without that word; what the system says; tls_failed when what came is no
/// TLS, or TLS that we do not accept (a second handshake is none that we do); operation_aborted after abort(). All but
/// would_block are final.
class TlsConnection {
  public:
    /// @param socket connected; its executor is the strand.
    /// @param expected the far end must have this key, as the client's end alone can ask; nullopt: whoever it is.
    /// @param first_bytes what has been read of it already.
    TlsConnection(boost::asio::ip::tcp::socket socket, const TlsCredentials& credentials, TlsRole role,
                  const std::optional<KeyHash>& expected, std::string_view first_bytes);
    TlsConnection(const TlsConnection&) = delete;
    TlsConnection& operator=(const TlsConnection&) = delete;
    ~TlsConnection() = default;

    boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }

    /// Goes on on another strand, while nothing waits. Closed when there is an error.
    error_code move_to(const boost::asio::any_io_executor& strand);

    /// Goes on with the handshake. Success: it is done. Also wrong_key.
    error_code handshake();

    std::size_t read_some(std::span<char> to, error_code& error);

    /// Returns bytes that have left for the far end. After would_block the next call must begin with the same bytes,
    /// and may have more behind them: some are encrypted already.
    std::size_t write_some(std::span<const iovec> from, error_code& error);

    /// Whether some of what was written has not left, and waits for the next write_some(), which may have nothing more
    /// to write.
    bool holds_unsent() const noexcept { return holds_record_; }

    /// After a write_some() that would block, for who will not call it again with the same bytes: how many of them will
    /// be sent all the same.
    std::size_t leave_unsent() noexcept;

    /// Tells the far end that no more will be written. What has been written must have left.
    error_code shutdown_send();

    /// What the socket must be ready for before it is worth to call read_some() or handshake() again, after it would
    /// block. A write waits for room to write.
    boost::asio::ip::tcp::socket::wait_type read_waits_for() const noexcept { return read_waits_for_; }

    /// Whether read_some() may have something without the socket.
    bool has_pending() const noexcept;

    /// Ends what waits, and all later calls, without a word. The socket stays open.
    void abort() noexcept;

    /// The same, and closes the socket.
    void close() noexcept;

  private:
    struct Free {
        void operator()(gnutls_session_int* session) const noexcept;
    };

    ssize_t pull(std::span<char> to) noexcept;
    ssize_t push(std::span<const iovec> from) noexcept;
    ssize_t receive(std::span<char> to) noexcept;
    void keep_staged();
    bool has_received() const noexcept;
    bool wants_to_write() const noexcept;
    void note_direction() noexcept;
    bool flush(error_code& error);
    int judge_key();
    error_code fail(int result);

    boost::asio::ip::tcp::socket socket_;
    const TlsCredentials credentials_;
    const std::optional<KeyHash> expected_;
    std::string unread_;           // of the socket, in front of what it still has
    std::size_t unread_from_ = 0;  // what lies before has been taken
    std::span<char> stage_;        // while reading: room to receive into
    std::span<char> staged_;       // while reading: what is in it
    bool may_receive_ = true;
    bool socket_ended_ = false;
    bool input_ended_ = false;   // the far end has said that nothing follows
    bool holds_record_ = false;  // GnuTLS has encrypted a record that the socket has not taken
    std::size_t held_ = 0;       // of what it carries, not told to the caller as written
    boost::asio::ip::tcp::socket::wait_type read_waits_for_ = boost::asio::ip::tcp::socket::wait_read;
    bool saw_wrong_key_ = false;
    int system_error_ = 0;
    error_code ended_;
    std::unique_ptr<gnutls_session_int, Free> session_;  // first to go: it refers to all above
};

}  // namespace gnutella::net
