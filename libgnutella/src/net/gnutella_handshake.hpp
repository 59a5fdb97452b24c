#pragma once

#include "net/channel.hpp"
#include "net/transfer_watch.hpp"
#include "overlay/router.hpp"
#include "wire/gnutella/handshake_headers.hpp"
#include "wire/gnutella/handshake_machine.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace gnutella::net {

/// A handshake of Gnutella 0.6 over one connection, either side of it: carries out what wire::HandshakeMachine says,
/// within a time limit. All on the strand of the channel, which stays open only when the session may begin.
class GnutellaHandshake {
  public:
    using Side = wire::HandshakeMachine::Side;

    /// Whether the session is wanted with who says that of himself: overlay::Router::judge, wherever it lives.
    using Judge =
        std::function<boost::asio::awaitable<overlay::Router::HandshakeVerdict>(wire::HandshakeHeaders theirs)>;

    struct Limits {
        /// For all of it.
        std::chrono::milliseconds time;
        /// For a refusal of ours to arrive, before the connection is cut.
        std::chrono::milliseconds farewell;
    };

    struct Result {
        /// Success: the session may begin. Else handshake_refused, handshake_timed_out, not_gnutella, tls_failed, lost,
        /// the judge's reason when it was refused here, or operation_aborted when the coroutine was cancelled.
        error_code error;
        /// What was said in a refusal, as in "503 Busy", or what was wrong; for people.
        std::string text{};
        /// What the far end has said of itself.
        wire::HandshakeHeaders theirs{};
        wire::HandshakeMachine::Agreement agreed{};
        /// Its address; the caller sets it.
        wire::IpAddress far_end{};
        /// What came behind the handshake.
        std::string first_bytes{};
        /// From our first words to the answer; zero for the side that was connected to.
        std::chrono::microseconds round_trip{0};
    };

    /// @param channel connected; must outlive this. In TLS afterwards where that was agreed.
    /// @param tls for the upgrade to TLS; nullptr: `ours` does not offer it.
    /// @param ours what we say first; the side that was connected to says what the judge gives.
    GnutellaHandshake(Channel& channel, Side side, wire::HandshakeHeaders ours, Judge judge, const Limits& limits,
                      const TlsCredentials* tls);

    /// @param first_bytes what was read of it already.
    boost::asio::awaitable<Result> run(std::string first_bytes);

  private:
    using Clock = std::chrono::steady_clock;
    using Step = wire::HandshakeMachine::Step;

    boost::asio::awaitable<void> converse();
    boost::asio::awaitable<void> say(const std::string& words);
    boost::asio::awaitable<void> hear();
    boost::asio::awaitable<Step> decide();
    boost::asio::awaitable<void> begin_tls();
    boost::asio::awaitable<void> take_leave();
    void give_up();
    void conclude(wire::HandshakeMachine::Next how);

    Channel& channel_;
    const Side side_;
    wire::HandshakeMachine machine_;
    Judge judge_;
    error_code refused_because_;
    const Limits limits_;
    const TlsCredentials* tls_;
    TransferWatch watch_;
    bool late_ = false;
    bool answered_ = false;  // something was said
    bool refused_ = false;   // a refusal was
    std::string input_;
    Clock::time_point began_;
    Result result_;
};

}  // namespace gnutella::net
