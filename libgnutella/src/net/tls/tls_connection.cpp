#include "net/tls/tls_connection.hpp"

#include "net/gnutls_result.hpp"
#include "net/move_socket.hpp"
#include "net/tls/peer_key.hpp"

#include <boost/asio/error.hpp>

#include <gnutls/gnutls.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Received at once: two records of the largest kind. On the stack, so that a connection that waits holds none of it.
constexpr std::size_t stage_size = 32 * 1024;
// RFC 8446, 5.1: what one record carries at most.
constexpr std::size_t max_record = 16 * 1024;
// Encrypted and written in one call; others on the strand have their turn then.
constexpr std::size_t max_written = 256 * 1024;
// A certificate of gtk-gnutella (RSA, 3,072 bits) has about 1,200 bytes. GnuTLS itself would take 128 KiB.
constexpr std::size_t max_handshake_message = 32 * 1024;
// Alerts during the handshake that only warn.
constexpr int max_warnings = 4;

gnutls_session_t make_session(TlsRole role) {
    gnutls_session_t made = nullptr;
    const unsigned end = role == TlsRole::server ? GNUTLS_SERVER : GNUTLS_CLIENT;
    // Nobody comes back often enough for tickets to be worth what they take.
    require_gnutls(gnutls_init(&made, end | GNUTLS_NO_TICKETS));
    return made;
}

bool would_block(ssize_t result) {
    return result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED;
}

// An empty record makes GnuTLS say that it would block. A warning tells nothing that we need: all it could say that
// matters ends the connection as well.
bool carries_nothing(ssize_t result) {
    return would_block(result) || result == GNUTLS_E_WARNING_ALERT_RECEIVED;
}

// What is still to be written of a list of buffers.
class Unwritten {
  public:
    explicit Unwritten(std::span<const iovec> buffers) : buffers_(buffers) {}

    bool empty() const { return buffers_.empty(); }

    void take(std::size_t bytes) {
        taken_ += bytes;
        while (!buffers_.empty() && taken_ >= buffers_.front().iov_len) {
            taken_ -= buffers_.front().iov_len;
            buffers_ = buffers_.subspan(1);
        }
    }

    // As much as one record carries, so that small messages share one: as it lies there, or put together in `room`.
    std::string_view next_record(std::span<char, max_record> room) const {
        const std::string_view first = part(0);
        if (first.size() == room.size() || buffers_.size() == 1) {
            return first;
        }
        std::size_t size = 0;
        for (std::size_t at = 0; at < buffers_.size() && size < room.size(); ++at) {
            size += part(at).copy(room.data() + size, room.size() - size);
        }
        return {room.data(), size};
    }

  private:
    std::string_view part(std::size_t at) const {
        const std::size_t skip = at == 0 ? taken_ : 0;
        return {static_cast<const char*>(buffers_[at].iov_base) + skip,
                std::min(buffers_[at].iov_len - skip, max_record)};
    }

    std::span<const iovec> buffers_;
    std::size_t taken_ = 0;  // of the first
};

bool is_ours_to_explain(int result) {
    return result != GNUTLS_E_FATAL_ALERT_RECEIVED && result != GNUTLS_E_PULL_ERROR && result != GNUTLS_E_PUSH_ERROR &&
           result != GNUTLS_E_PREMATURE_TERMINATION;
}

}  // namespace

void TlsConnection::Free::operator()(gnutls_session_int* session) const noexcept {
    gnutls_deinit(session);
}

TlsConnection::TlsConnection(tcp::socket socket, const TlsCredentials& credentials, TlsRole role,
                             const std::optional<KeyHash>& expected, std::string_view first_bytes)
    : socket_(std::move(socket)),
      credentials_(credentials),
      expected_(expected),
      unread_(first_bytes),
      session_(make_session(role)) {
    gnutls_session_t session = session_.get();
    gnutls_session_set_ptr(session, this);
    if (role == TlsRole::server) {
        credentials_.prepare_server(session);
    } else {
        credentials_.prepare_client(session);
        if (expected_) {
            gnutls_session_set_verify_function(session, [](gnutls_session_t of) {
                return static_cast<TlsConnection*>(gnutls_session_get_ptr(of))->judge_key();
            });
        }
    }
    gnutls_handshake_set_max_packet_length(session, max_handshake_message);
    gnutls_transport_set_ptr(session, this);
    gnutls_transport_set_pull_function(session, [](gnutls_transport_ptr_t self, void* to, std::size_t size) {
        return static_cast<TlsConnection*>(self)->pull({static_cast<char*>(to), size});
    });
    gnutls_transport_set_vec_push_function(session, [](gnutls_transport_ptr_t self, const giovec_t* from, int count) {
        return static_cast<TlsConnection*>(self)->push({from, static_cast<std::size_t>(count)});
    });
    // GnuTLS would wait on the descriptor, which it takes the pointer above for.
    gnutls_transport_set_pull_timeout_function(session, [](gnutls_transport_ptr_t, unsigned) { return 1; });
    error_code ignored;
    socket_.non_blocking(true, ignored);
    // A handshake is a few small records each way, none of which is to wait until the one before was acknowledged.
    socket_.set_option(tcp::no_delay(true), ignored);
}

error_code TlsConnection::move_to(const boost::asio::any_io_executor& strand) {
    error_code error;
    socket_ = net::move_to(strand, std::move(socket_), error);
    return error;
}

// ---- the socket, as GnuTLS sees it ----

ssize_t TlsConnection::pull(std::span<char> to) noexcept {
    const std::string_view unread = std::string_view(unread_).substr(unread_from_);
    if (!unread.empty()) {
        const std::size_t taken = unread.copy(to.data(), to.size());
        unread_from_ += taken;
        return static_cast<ssize_t>(taken);
    }
    if (staged_.empty()) {
        if (!may_receive_) {
            gnutls_transport_set_errno(session_.get(), EAGAIN);
            return -1;
        }
        if (to.size() >= stage_.size()) {
            return receive(to);
        }
        const ssize_t got = receive(stage_);
        if (got <= 0) {
            return got;
        }
        staged_ = stage_.first(static_cast<std::size_t>(got));
    }
    const std::size_t taken = std::min(staged_.size(), to.size());
    std::memcpy(to.data(), staged_.data(), taken);
    staged_ = staged_.subspan(taken);
    return static_cast<ssize_t>(taken);
}

ssize_t TlsConnection::receive(std::span<char> to) noexcept {
    ssize_t got = 0;
    do {
        got = ::recv(socket_.native_handle(), to.data(), to.size(), MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        system_error_ = errno;
        gnutls_transport_set_errno(session_.get(), errno);
    }
    socket_ended_ = got == 0;
    return got;
}

ssize_t TlsConnection::push(std::span<const iovec> from) noexcept {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(from.data());
    message.msg_iovlen = from.size();
    ssize_t sent = 0;
    do {
        sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) {
        system_error_ = errno;
        gnutls_transport_set_errno(session_.get(), errno);
    }
    return sent;
}

// ---- results ----

error_code TlsConnection::fail(int result) {
    if (is_ours_to_explain(result)) {
        gnutls_alert_send_appropriate(session_.get(), result);  // as far as there is room: nobody waits for it
    }
    if (saw_wrong_key_) {
        ended_ = Error::wrong_key;
    } else if (socket_ended_) {
        ended_ = asio::error::connection_reset;
    } else if (result == GNUTLS_E_PULL_ERROR || result == GNUTLS_E_PUSH_ERROR ||
               result == GNUTLS_E_PREMATURE_TERMINATION) {  // a reset
        ended_ = error_code(system_error_, boost::system::system_category());
    } else {
        ended_ = Error::tls_failed;
    }
    return ended_;
}

int TlsConnection::judge_key() {
    saw_wrong_key_ = key_shown_by_peer(session_.get()) != expected_;
    return saw_wrong_key_ ? GNUTLS_E_CERTIFICATE_ERROR : 0;
}

// ---- what it does ----

error_code TlsConnection::handshake() {
    if (ended_) {
        return ended_;
    }
    int result = GNUTLS_E_AGAIN;
    for (int calls = 0; calls == 0 || (result == GNUTLS_E_WARNING_ALERT_RECEIVED && calls < max_warnings); ++calls) {
        result = gnutls_handshake(session_.get());
    }
    if (would_block(result)) {
        note_direction();
        return asio::error::would_block;
    }
    return result < 0 ? fail(result) : error_code{};
}

std::size_t TlsConnection::read_some(std::span<char> to, error_code& error) {
    error = ended_;
    if (ended_ || to.empty()) {
        return 0;
    }
    read_waits_for_ = tcp::socket::wait_read;
    // No more than fits, so that little of it must be kept.
    std::array<char, stage_size> room;
    stage_ = std::span(room).first(std::min(room.size(), to.size()));
    std::size_t got = 0;
    ssize_t result = 0;
    do {
        result = gnutls_record_recv(session_.get(), to.data() + got, to.size() - got);
        got += result > 0 ? static_cast<std::size_t>(result) : 0;
        may_receive_ = got == 0;  // what more there is can wait for the next call
    } while (got < to.size() && (result > 0 || (carries_nothing(result) && has_received())));
    may_receive_ = true;
    keep_staged();
    if (result > 0) {
        return got;
    }
    if (result == 0) {
        input_ended_ = true;
        error = asio::error::eof;
    } else if (carries_nothing(result)) {
        note_direction();
        error = asio::error::would_block;
    } else {
        error = fail(static_cast<int>(result));
    }
    if (got > 0) {
        error = {};  // it comes with the next call
    }
    return got;
}

void TlsConnection::keep_staged() {
    unread_.erase(0, std::exchange(unread_from_, 0));
    unread_.append(staged_.data(), staged_.size());
    if (unread_.empty()) {
        unread_.shrink_to_fit();
    }
    stage_ = staged_ = {};
}

void TlsConnection::note_direction() noexcept {
    read_waits_for_ = wants_to_write() ? tcp::socket::wait_write : tcp::socket::wait_read;
}

bool TlsConnection::wants_to_write() const noexcept {
    return gnutls_record_get_direction(session_.get()) == 1;
}

bool TlsConnection::has_received() const noexcept {
    // An answer of TLS's own that does not leave holds up all that came behind what it answers.
    return !wants_to_write() && (unread_from_ < unread_.size() || !staged_.empty());
}

bool TlsConnection::has_pending() const noexcept {
    const bool held_up = read_waits_for_ == tcp::socket::wait_write;
    const bool has_some = unread_from_ < unread_.size() || gnutls_record_check_pending(session_.get()) > 0;
    return input_ended_ || ended_ || (has_some && !held_up);
}

bool TlsConnection::flush(error_code& error) {
    if (!holds_record_) {
        return true;
    }
    const ssize_t result = gnutls_record_send(session_.get(), nullptr, 0);
    if (result < 0) {
        error = would_block(result) ? error_code(asio::error::would_block) : fail(static_cast<int>(result));
        return false;
    }
    holds_record_ = false;
    return true;
}

std::size_t TlsConnection::write_some(std::span<const iovec> from, error_code& error) {
    error = ended_;
    if (ended_ || !flush(error)) {
        return 0;
    }
    std::size_t written = std::exchange(held_, 0);
    Unwritten rest(from);
    rest.take(written);
    std::array<char, max_record> room;
    while (!rest.empty() && written < max_written) {
        const std::string_view record = rest.next_record(room);
        const ssize_t result = gnutls_record_send(session_.get(), record.data(), record.size());
        if (would_block(result)) {
            holds_record_ = true;
            held_ = record.size();
            error = written > 0 ? error_code{} : asio::error::would_block;
            break;
        }
        if (result < 0) {
            const error_code failed = fail(static_cast<int>(result));
            error = written > 0 ? error_code{} : failed;  // it comes with the next call
            break;
        }
        rest.take(static_cast<std::size_t>(result));
        written += static_cast<std::size_t>(result);
    }
    return written;
}

std::size_t TlsConnection::leave_unsent() noexcept {
    return std::exchange(held_, 0);
}

error_code TlsConnection::shutdown_send() {
    error_code error = ended_;
    if (error || !flush(error)) {
        return error;
    }
    const int result = gnutls_bye(session_.get(), GNUTLS_SHUT_WR);
    if (would_block(result)) {
        return asio::error::would_block;
    }
    if (result < 0) {
        return fail(result);
    }
    socket_.shutdown(tcp::socket::shutdown_send, error);
    return error;
}

void TlsConnection::abort() noexcept {
    ended_ = asio::error::operation_aborted;
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.cancel(ignored);
}

void TlsConnection::close() noexcept {
    ended_ = asio::error::operation_aborted;
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace gnutella::net
