#pragma once

#include "net/quic/identity_key.hpp"
#include "net/quic/ngtcp2_version.hpp"
#include "net/quic/packet_socket.hpp"
#include "net/quic/quic_stream.hpp"
#include "net/quic/stream_state.hpp"
#include "net/quic/tls_session.hpp"

#include <gnutella/detail/completion.hpp>
#include <gnutella/error.hpp>
#include <gnutella/key_hash.hpp>
#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace gnutella::net {

class QuicConnection;

/// Bytes of the connection ids that we give ourselves: too many for anything else to look like one by chance.
inline constexpr std::size_t own_id_size = 16;

/// Now, as ngtcp2 counts it.
ngtcp2_tstamp quic_now() noexcept;

/// What a connection asks of its endpoint.
class ConnectionHost {
  public:
    virtual const boost::asio::any_io_executor& strand() const = 0;
    virtual const Settings& settings() const = 0;
    virtual const IdentityKey& identity() const = 0;
    /// What is spoken on streams: both ends must say the same (ALPN).
    virtual std::string_view protocol() const = 0;

    /// A new id of our own, by which packets find the connection from now on, and the token that can reset it.
    virtual void make_id(ngtcp2_cid& id, std::span<std::uint8_t> reset_token, QuicConnection& connection) = 0;
    virtual void add_id(const ngtcp2_cid& id, QuicConnection& connection) = 0;
    virtual void remove_id(const ngtcp2_cid& id) = 0;

    /// Where packets are written, one connection after another.
    virtual std::span<std::uint8_t> packet_room() = 0;
    /// Whether the system takes packets now. When not, all that have something to write are called once it does.
    virtual bool can_send() const = 0;
    /// Sends what lies in packet_room(), whole, now or when the system takes it.
    virtual void send(const PacketSocket::Batch& batch) = 0;
    /// Calls write() soon.
    virtual void schedule(QuicConnection& connection) = 0;

    virtual void handshake_ended(QuicConnection& connection) = 0;
    /// The far end has opened a stream.
    virtual void stream_opened(QuicStream stream) = 0;
    /// Nothing more is to be done with the connection. It is still in use until the call that says so has returned.
    virtual void connection_ended(QuicConnection& connection) = 0;

  protected:
    ~ConnectionHost() = default;
};

/// One QUIC connection: ngtcp2's, with its TLS session, its timer and its streams. On the endpoint's strand.
class QuicConnection final : public StreamHost, public std::enable_shared_from_this<QuicConnection> {
  public:
    using OpenDone = detail::Completion<error_code, QuicStream>;

    /// The first packet of a connection that somebody else begins.
    struct Initial {
        ngtcp2_pkt_hd header;
        /// The id that the client chose at first, when it has come back with a Retry's token.
        std::optional<ngtcp2_cid> before_retry;
        boost::asio::ip::udp::endpoint from;
        boost::asio::ip::udp::endpoint to;
        /// Kept as long as the connection.
        std::shared_ptr<void> ticket;
    };

    /// One that we begin: begin() is to be called next. The far end must have the key that is `expected`.
    QuicConnection(ConnectionHost& host, const boost::asio::ip::udp::endpoint& to, const KeyHash& expected);
    /// One that somebody else begins: begin() is to be called next.
    QuicConnection(ConnectionHost& host, const Initial& initial);
    ~QuicConnection();

    /// @param from the address of ours from which packets to the far end leave.
    void begin(const boost::asio::ip::udp::endpoint& from);
    void begin(const Initial& initial);

    /// A datagram has come for it.
    void receive(const PacketSocket::Datagram& datagram);
    /// The network says that nobody listens where the first packets went. It ends when nothing has come from there.
    void nobody_listens();
    /// All that was there has come: readers and those who wait for streams are told.
    void flush();
    /// Sends what there is to send, as far as the network takes it.
    void write();

    /// Opens a stream, once the handshake is done and the far end allows one more: within the time limit.
    /// @param number by which it can be given up.
    void open_stream(std::uint64_t number, std::chrono::steady_clock::duration limit, OpenDone done);
    /// Nothing happens when no stream of that number waits to be opened.
    void give_up_opening(std::uint64_t number, error_code why);

    /// Says so to the far end, and ends.
    /// @param why what streams and those who wait for them are told.
    void close(error_code why);

    /// Destroys what waits, without calling it.
    void drop();

    bool is_handshaking() const noexcept { return phase_ == Phase::handshake; }
    bool is_usable() const noexcept { return phase_ <= Phase::open; }
    bool is_client() const noexcept { return expected_.has_value(); }
    const std::optional<KeyHash>& expected() const noexcept { return expected_; }
    const boost::asio::ip::udp::endpoint& remote() const noexcept { return remote_; }
    const std::vector<ngtcp2_cid>& ids() const noexcept { return ids_; }

    /// The endpoint's mark: schedule() has been called, or a datagram has come.
    bool scheduled = false;
    bool touched = false;

    // ---- StreamHost ----
    void stream_ready(StreamState& stream) override;
    void stream_taken(StreamState& stream, std::size_t bytes) override;
    void stop_reading(StreamState& stream) override;
    void reset_writing(StreamState& stream) override;
    void stream_released(StreamState& stream) override;

  private:
    enum class Phase : std::uint8_t {
        handshake,
        open,
        closing,   // we have said that it ends (RFC 9000, 10.2.1)
        draining,  // the far end has (10.2.2)
        ended,
    };
    struct Opening {
        std::uint64_t number;
        OpenDone done;
        std::unique_ptr<boost::asio::steady_timer> deadline;
    };
    struct Callbacks;
    class Packets;

    // quic_connection_setup.cpp
    static const ngtcp2_callbacks& callbacks();
    ngtcp2_settings make_settings() const;
    ngtcp2_transport_params make_parameters() const;

    // what ngtcp2 calls
    int on_handshake_completed();
    int on_stream_data(StreamState& stream, std::span<const std::byte> bytes, std::uint32_t flags);
    int on_stream_opened(std::int64_t id);
    void on_stream_closed(StreamState& stream);
    void touch(StreamState& stream);

    // quic_connection_write.cpp
    enum class Written : std::uint8_t { all, more, failed };
    Written write_batch();
    ngtcp2_ssize write_packet(std::span<std::uint8_t> to, ngtcp2_path_storage& path, ngtcp2_pkt_info& info,
                              ngtcp2_tstamp now);
    StreamState* next_to_send();
    void leave_queue(StreamState& stream);
    void write_close(const ngtcp2::CloseReason& reason);
    void send_close();

    std::shared_ptr<StreamState> add_stream(std::int64_t id);
    void remove_stream(StreamState& stream);
    void serve_openings();
    void fail(int library_error);
    void end_streams(error_code why);
    void wait_for_end();
    void arm_timer();
    void on_timer();
    void keep_alive_while_used();
    error_code meaning_of(int library_error) const;

    ConnectionHost& host_;
    const std::optional<KeyHash> expected_;
    boost::asio::ip::udp::endpoint local_;  // at its beginning
    const boost::asio::ip::udp::endpoint remote_;
    const std::shared_ptr<void> ticket_;
    Phase phase_ = Phase::handshake;
    bool heard_ = false;  // something has come from the far end
    std::optional<TlsSession> tls_;
    ngtcp2_conn* connection_ = nullptr;
    std::vector<ngtcp2_cid> ids_;

    std::map<std::int64_t, std::shared_ptr<StreamState>> streams_;
    std::deque<StreamState*> to_send_;
    std::vector<StreamState*> blocked_;  // that have sent as much as the far end has allowed
    std::vector<StreamState*> touched_;
    std::vector<std::shared_ptr<StreamState>> opened_;
    std::deque<Opening> openings_;

    boost::asio::steady_timer timer_;
    ngtcp2_tstamp armed_for_ = UINT64_MAX;
    std::vector<std::uint8_t> close_packet_;
    boost::asio::ip::udp::endpoint close_from_;
    boost::asio::ip::udp::endpoint close_to_;
    std::uint32_t packets_since_close_ = 0;
};

}  // namespace gnutella::net
