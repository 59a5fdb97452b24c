#pragma once

#include "net/answers.hpp"
#include "net/browses.hpp"
#include "net/channel.hpp"
#include "net/connection_counts.hpp"
#include "net/datagram_socket.hpp"
#include "net/dialect_attempts.hpp"
#include "net/disk_pool.hpp"
#include "net/downloads.hpp"
#include "net/event_hub.hpp"
#include "net/gnutella_handshake.hpp"
#include "net/http_server.hpp"
#include "net/listener.hpp"
#include "net/local_searches.hpp"
#include "net/logger.hpp"
#include "net/push_giver.hpp"
#include "net/pushed_connections.hpp"
#include "net/quic/identity_key.hpp"
#include "net/quic/quic_endpoint.hpp"
#include "net/session_state.hpp"
#include "net/shared_library.hpp"
#include "net/tcp_session.hpp"
#include "net/transfer_counters.hpp"
#include "net/waiter.hpp"
#include "overlay/router.hpp"

#include <gnutella/download.hpp>
#include <gnutella/event.hpp>
#include <gnutella/peer.hpp>
#include <gnutella/settings.hpp>
#include <gnutella/statistics.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gnutella::net {

/// The shell around the router: it carries messages, connections and time in, and what the router wants done out. All
/// of it runs on one strand; the public functions may be called from any thread.
class Engine final : public TcpSession::Host, public std::enable_shared_from_this<Engine> {
  public:
    Engine(boost::asio::any_io_executor executor, Settings settings);
    ~Engine() override;

    /// Makes the parts that refer back to this: once, before anything else.
    void assemble();

    void start(detail::Completion<error_code> done);
    void stop(detail::Completion<error_code> done);
    /// Ends everything without a word. When it returns, no thread of the engine's own is left.
    void abandon();

    void connect(ConnectRequest request, detail::Completion<error_code, Session> done);
    void join(Endpoint endpoint);
    void leave(Endpoint endpoint);
    void close_session(SessionId id, std::string reason);
    std::shared_ptr<Session::State> session(SessionId id);
    /// These two on the strand.
    void wait_closed(const Session::State& session, std::shared_ptr<Waiter<>> waiter);
    void forget_cancelled_waits(SessionId id);

    std::shared_ptr<Query::State> query(QueryRequest request);
    std::shared_ptr<Query::State> browse(Endpoint peer);
    std::shared_ptr<Download::State> download(DownloadRequest request);
    std::vector<std::shared_ptr<Download::State>> downloads() const;

    void share(std::filesystem::path folder, detail::Completion<error_code> done);
    void unshare(std::filesystem::path folder);
    void wait_for_shares(detail::Completion<error_code> done);
    void files(detail::Completion<error_code, std::vector<SharedFile>> done);
    void status(detail::Completion<error_code, Status> done);
    std::shared_ptr<void> subscribe(EventHandler handler);

    Endpoint local_endpoint() const;
    Guid identity() const { return identity_; }
    const boost::asio::any_io_executor& executor() const { return executor_; }

    // ---- TcpSession::Host, on the sessions' strands ----
    void session_read(SessionId id, std::unique_ptr<ReadBatch> batch) override;
    void session_lost(SessionId id, error_code reason) override;
    void session_gone(SessionId id) override;
    void congestion_changed(SessionId id, overlay::Congestion congestion) override;
    void queue_overflowed(SessionId id) override;
    void messages_dropped(std::size_t count) override;

  private:
    enum class Phase : std::uint8_t { idle, starting, running, stopping, stopped };
    using Waiting = std::vector<std::shared_ptr<Waiter<>>>;
    using Cancelled = std::shared_ptr<const std::atomic<bool>>;

    /// One connection on its way to a session: being made, or in its handshake.
    struct Attempt {
        explicit Attempt(Channel connection) : strand(connection.get_executor()), channel(std::move(connection)) {}

        // The session's, from the beginning. What follows is used on it alone.
        const boost::asio::any_io_executor strand;
        Channel channel;
        boost::asio::cancellation_signal cancel;
        overlay::Router::Room room = overlay::Router::Room::there;
    };

    /// Beyond Settings::max_sessions so many more are heard at once, to be told that there is no room.
    static constexpr std::size_t max_refusals = 32;

    /// A host that is to be reached, in one dialect or another.
    struct Dial {
        explicit Dial(Endpoint far_end) : to(std::move(far_end)) {}

        const Endpoint to;
        std::optional<Dialect> forced;                 // the only one that is to be tried
        detail::Completion<error_code, Session> done;  // empty for a neighbour that the router wants
        enum class For : std::uint8_t { router, user } who = For::router;
        std::optional<DialectAttempts> dialects;  // once it has begun
        std::shared_ptr<Attempt> attempt;         // the current one
        SessionId session = 0;                    // once the current connection stands
        bool had_session = false;                 // the last connection led to one, which the router has closed
        bool cancelled = false;
    };

    /// A session, from connection to the closing of its socket.
    struct Neighbour {
        std::shared_ptr<TcpSession> session;
        std::shared_ptr<Session::State> handle;
        std::vector<TcpSession::Outgoing> outgoing;  // collected while a batch is dealt with, then handed over at once
        std::shared_ptr<Dial> dial;                  // until it is open, when we connected
        Waiting waiting_for_end;
    };

    /// A connection that a session begins on.
    struct Connection {
        Channel channel;
        Direction direction = Direction::incoming;
        /// What was read of it and not made use of.
        std::string first_bytes{};
        std::shared_ptr<void> ticket{};
        std::shared_ptr<Dial> dial{};
        /// In Gnutella 0.6.
        std::optional<GnutellaHandshake::Result> handshake{};
    };

    template <class Function>
    void on_strand(Function&& function);
    std::shared_ptr<Waiter<>> waiter_for(Waiting Engine::*list, detail::Completion<error_code> done);
    static void forget_cancelled(Waiting& waiting);
    static void complete_all(Waiting& waiting, error_code error);

    // engine_lifecycle.cpp
    boost::asio::awaitable<void> run_start(detail::Completion<error_code> done, Cancelled cancelled);
    boost::asio::awaitable<error_code> begin(Cancelled cancelled);
    boost::asio::awaitable<error_code> prepare();
    BoundPort bind(error_code& error);
    void listen(BoundPort bound);
    Answers::Port serve_datagrams(boost::asio::ip::udp::socket socket);
    bool has(Transport transport) const;
    bool speaks(Dialect dialect) const;
    void begin_stop(std::shared_ptr<Waiter<>> waiter);
    void refuse_waiters();
    void finish_stop_when_done();
    void tear_down();

    // engine_transfers.cpp
    void begin_transfers();
    void end_transfers();
    void carry_out_transfers(overlay::Actions& doing);
    static boost::asio::awaitable<bool> push_over_session(std::weak_ptr<Engine> weak, Guid servent,
                                                          std::uint32_t index);
    static boost::asio::awaitable<bool> proxy_push(std::weak_ptr<Engine> weak, transfer::PushProxyTarget wanted,
                                                   Endpoint to);

    // engine.cpp
    void drop(SessionId id, wire::Malformed problem, overlay::TimePoint now);
    void act();
    void hand_over();
    void handle_opened(const overlay::Actions::Opened& opened);
    void handle_closed(const overlay::Actions::Closed& closed);
    static void tell_end(Neighbour& neighbour, error_code reason);
    void log_too_large(const overlay::Actions::TooLarge& refused);
    void arm_timer();
    void accepted(Listener::Accepted connection);
    bool has_room_to_say_so() const;

    // engine_connections.cpp
    void greet(Listener::Accepted connection);
    void greeted(const std::shared_ptr<Attempt>& attempt, std::shared_ptr<void> ticket,
                 GnutellaHandshake::Result handshake);
    void adopt(Connection connection);
    void start_dial(const std::shared_ptr<Dial>& dial);
    void start_attempt(const std::shared_ptr<Dial>& dial);
    boost::asio::awaitable<GnutellaHandshake::Result> reach(std::shared_ptr<Attempt> attempt, Endpoint to,
                                                            Dialect dialect);
    boost::asio::awaitable<GnutellaHandshake::Result> shake_hands(std::shared_ptr<Attempt> attempt, Direction direction,
                                                                  std::string first_bytes);
    overlay::Router::HandshakeVerdict judge_handshake(const overlay::Router::HandshakeContext& context,
                                                      const wire::HandshakeHeaders& theirs, const Channel& channel);
    wire::HandshakeHeaders words_for(wire::HandshakeHeaders headers, const Channel& channel) const;
    void dialled(const std::shared_ptr<Dial>& dial, GnutellaHandshake::Result result);
    void attempt_failed(const std::shared_ptr<Dial>& dial, error_code reason, std::string text);
    void finish(const std::shared_ptr<Dial>& dial, error_code reason, const std::string& text);
    static void interrupt(const std::shared_ptr<Attempt>& attempt);
    void interrupt_attempts();
    void cancel_dial(const std::shared_ptr<Dial>& dial);

    // engine.cpp
    void apply(share::Report changes);
    bool shares_settled() const;
    void complete_share_waiters();
    void report(const Trouble& trouble);
    void state_write_failed(const store::Store::WriteFailure& failure);
    void emit(const Event& event);
    Counters counters() const;

    const boost::asio::any_io_executor executor_;
    const boost::asio::any_io_executor strand_;
    const Settings settings_;
    const Logger log_;
    const Guid identity_;

    // ---- belongs to the strand ----
    Phase phase_ = Phase::idle;
    std::optional<overlay::Router> router_;
    overlay::Actions actions_;
    bool acting_ = false;
    boost::asio::steady_timer timer_;
    overlay::TimePoint armed_for_ = overlay::TimePoint::max();
    SessionId last_session_ = 0;
    std::unordered_map<SessionId, Neighbour> neighbours_;
    std::vector<SessionId> with_outgoing_;
    std::vector<std::shared_ptr<Dial>> dials_;
    std::unordered_set<std::shared_ptr<Attempt>> greetings_;  // handshakes of who connected to us
    std::size_t refusals_ = 0;                                // those of them for which there is no room
    std::shared_ptr<Listener> listener_;
    std::optional<IdentityKey> key_;             // with QUIC or TLS
    std::optional<TlsCredentials> tls_;          // with TLS
    std::shared_ptr<QuicEndpoint> quic_;         // on the UDP port, with QUIC
    std::shared_ptr<DatagramSocket> datagrams_;  // on the UDP port, without
    std::optional<LocalSearches> searches_;
    std::shared_ptr<Answers> answers_;
    std::shared_ptr<Browses> browses_;
    std::shared_ptr<PushGiver> push_giver_;
    std::shared_ptr<PushedConnections> pushed_connections_;
    Waiting waiting_for_shares_;
    bool last_report_settled_ = true;
    std::uint64_t last_report_orders_ = 0;
    Waiting waiting_for_stop_;
    bool downloads_stopped_ = false;
    std::uint64_t files_left_out_ = 0;
    std::uint64_t refused_connections_ = 0;
    std::uint64_t unknown_connections_ = 0;
    std::uint64_t handshakes_failed_ = 0;
    std::uint64_t fetched_for_askers_ = 0;
    std::shared_ptr<store::Store> store_;

    // ---- thread-safe ----
    EventHub events_;
    std::shared_ptr<ReadBatchPool> batches_;
    std::shared_ptr<StoredHashes> hashes_;
    std::shared_ptr<SharedLibrary> library_;
    std::shared_ptr<TransferCounters> transfer_counters_;
    std::atomic<std::uint64_t> messages_dropped_{0};
    std::atomic<std::uint64_t> unknown_datagrams_{0};
    std::atomic<std::uint64_t> state_writes_failed_{0};
    mutable std::mutex local_mutex_;
    Endpoint local_;  // guarded by local_mutex_

    // ---- with threads of their own: ended by abandon() ----
    DiskPool disk_;
    std::unique_ptr<share::Folders> folders_;
    std::unique_ptr<HttpServer> http_;
    std::unique_ptr<Downloads> downloads_;
};

template <class Function>
void Engine::on_strand(Function&& function) {
    boost::asio::post(strand_, [weak = weak_from_this(), function = std::forward<Function>(function)]() mutable {
        if (const auto self = weak.lock()) {
            function(*self);
        }
    });
}

}  // namespace gnutella::net
