#pragma once

#include "net/connection_counts.hpp"
#include "net/quic/connection_table.hpp"
#include "net/quic/identity_key.hpp"
#include "net/quic/packet_socket.hpp"
#include "net/quic/quic_connection.hpp"
#include "net/quic/quic_counters.hpp"
#include "net/quic/quic_stream.hpp"
#include "net/quic/stateless_answers.hpp"
#include "overlay/rate_limiter.hpp"
#include "wire/frame.hpp"

#include <gnutella/detail/completion.hpp>
#include <gnutella/error.hpp>
#include <gnutella/key_hash.hpp>
#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/ip/udp.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace gnutella::net {

/// QUIC on a UDP port that others use as well: all connections, accepted and begun, through one socket. Runs on the
/// socket's executor, which must be a strand. Public functions may be called from any thread.
class QuicEndpoint final : public ConnectionHost, public std::enable_shared_from_this<QuicEndpoint> {
  public:
    struct Handlers {
        /// A stream that the far end has opened, on the strand.
        std::function<void(QuicStream stream)> accepted;
        /// A datagram that is not QUIC's, on the strand. The bytes are valid during the call.
        std::function<void(std::string_view bytes, const boost::asio::ip::udp::endpoint& from)> other;
    };

    struct Options {
        Offload offload = Offload::where_possible;
        std::string protocol = "gnut/1";
    };

    /// @param socket a bound one.
    QuicEndpoint(boost::asio::ip::udp::socket socket, IdentityKey identity, const Settings& settings, Handlers handlers,
                 Options options);
    QuicEndpoint(boost::asio::ip::udp::socket socket, IdentityKey identity, const Settings& settings,
                 Handlers handlers);
    ~QuicEndpoint();

    void start();

    /// Tells all far ends, ends everything, and closes the socket. Calls no handler afterwards.
    void stop();

    /// Destroys what waits, without calling it, where nothing runs the strand any more.
    void drop();

    /// Opens a stream to the peer at `to` whose key is `key`, over the connection that there is or a new one, within
    /// `limit`. It can be cancelled.
    /// Errors: wrong_key, quic_refused, connect_timed_out, cannot_connect, too_many_sessions (when
    /// Settings::max_quic_connections are open), stopped, operation_aborted.
    template <class Token>
    auto async_open(boost::asio::ip::udp::endpoint to, const KeyHash& key, std::chrono::steady_clock::duration limit,
                    Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, QuicStream)>(
            [](auto handler, QuicEndpoint* self, boost::asio::ip::udp::endpoint end, KeyHash expected,
               std::chrono::steady_clock::duration within) {
                self->open(end, expected, within, {std::move(handler), self->strand_});
            },
            token, this, to, key, limit);
    }

    /// Deals with a datagram as if it had come through the socket. On the strand.
    void take(const PacketSocket::Datagram& datagram);
    /// Connections that there are, closing ones included. On the strand.
    std::size_t connections() const noexcept { return connections_.size(); }

    /// Sends a datagram that is not QUIC's.
    void send(wire::Frame frame, const boost::asio::ip::udp::endpoint& to);

    const KeyHash& key() const noexcept { return identity_.hash(); }
    const QuicCounters& counters() const noexcept { return counters_; }
    const boost::asio::ip::udp::endpoint& local_endpoint() const noexcept { return socket_.local(); }

    // ---- ConnectionHost, on the strand ----
    const boost::asio::any_io_executor& strand() const override { return strand_; }
    const Settings& settings() const override { return settings_; }
    const IdentityKey& identity() const override { return identity_; }
    std::string_view protocol() const override { return options_.protocol; }
    void make_id(ngtcp2_cid& id, std::span<std::uint8_t> reset_token, QuicConnection& connection) override;
    void add_id(const ngtcp2_cid& id, QuicConnection& connection) override { table_.add(id, connection); }
    void remove_id(const ngtcp2_cid& id) override { table_.remove(id); }
    std::span<std::uint8_t> packet_room() override { return room_; }
    bool can_send() const override { return !blocked_; }
    void send(const PacketSocket::Batch& batch) override;
    void schedule(QuicConnection& connection) override;
    void handshake_ended(QuicConnection& connection) override;
    void stream_opened(QuicStream stream) override;
    void connection_ended(QuicConnection& connection) override;

  private:
    void open(const boost::asio::ip::udp::endpoint& to, const KeyHash& key, std::chrono::steady_clock::duration limit,
              QuicConnection::OpenDone done);
    void cancel_opening(std::uint64_t number);
    std::shared_ptr<QuicConnection> connection_to(const boost::asio::ip::udp::endpoint& to, const KeyHash& key,
                                                  error_code& error);
    void wait();
    void receive();
    void learn_fate(const PacketSocket::Undelivered& packet);
    void dispatch(const PacketSocket::Datagram& datagram);
    void dispatch_long(const PacketSocket::Datagram& datagram);
    void dispatch_short(const PacketSocket::Datagram& datagram);
    bool is_reset(const PacketSocket::Datagram& datagram);
    void deliver(QuicConnection& connection, const PacketSocket::Datagram& datagram);
    void hand_on(const PacketSocket::Datagram& datagram) const;
    void begin_accepting(const PacketSocket::Datagram& datagram);
    void accept(const ngtcp2_pkt_hd& header, std::optional<ngtcp2_cid> before_retry,
                const PacketSocket::Datagram& datagram);
    void refuse(const ngtcp2_pkt_hd& header, std::uint64_t code, const PacketSocket::Datagram& datagram);
    template <class Write>
    void answer(const PacketSocket::Datagram& datagram, Write write);
    bool may_answer_stray();
    void finish_round();
    void run_scheduled();
    void wait_until_writable();
    void end_all();

    const boost::asio::any_io_executor strand_;
    const Settings settings_;
    const IdentityKey identity_;
    const StatelessAnswers stateless_;
    const Options options_;
    Handlers handlers_;
    PacketSocket socket_;
    std::atomic<std::uint64_t> last_opening_ = 0;
    QuicCounters counters_;

    ConnectionTable table_;
    std::unordered_set<std::shared_ptr<QuicConnection>> connections_;
    std::shared_ptr<ConnectionCounts> per_address_;
    std::size_t handshakes_ = 0;  // of those that were accepted
    overlay::Rate stray_rate_;
    overlay::RateLimiter stray_answers_;

    std::vector<std::shared_ptr<QuicConnection>> touched_;
    std::vector<std::shared_ptr<QuicConnection>> scheduled_;
    enum class Running : std::uint8_t { idle, posted, receiving } running_ = Running::idle;
    std::vector<std::uint8_t> room_;
    std::optional<PacketSocket::Batch> blocked_;  // what the system did not take; it lies in room_
    bool stopped_ = false;
};

}  // namespace gnutella::net
