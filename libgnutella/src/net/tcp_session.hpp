#pragma once

#include "net/channel.hpp"
#include "net/read_batch.hpp"
#include "net/session_input.hpp"
#include "net/session_output.hpp"
#include "overlay/actions.hpp"
#include "overlay/congestion.hpp"

#include <gnutella/dialect.hpp>
#include <gnutella/error.hpp>
#include <gnutella/session_info.hpp>
#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace gnutella::net {

/// The connection to one neighbour: reads, cuts and decodes what comes, queues and writes what goes. It decides
/// nothing: what the messages mean is the router's. It runs on a strand of its own; its functions may be called from
/// any thread.
class TcpSession : public std::enable_shared_from_this<TcpSession> {
  public:
    /// Who is told. Called on the session's strand.
    class Host {
      public:
        virtual ~Host() = default;
        /// Messages came. Nothing more is read until batch_done() gives the batch back: a neighbour that sends faster
        /// than the node decides is slowed down by TCP.
        virtual void session_read(SessionId id, std::unique_ptr<ReadBatch> batch) = 0;
        /// The connection failed or ended by itself.
        virtual void session_lost(SessionId id, error_code reason) = 0;
        /// The socket is closed: the last call.
        virtual void session_gone(SessionId id) = 0;
        /// What waits to be sent has become too much, or little enough again.
        virtual void congestion_changed(SessionId id, overlay::Congestion congestion) = 0;
        /// A message that must be sent found no room in the queue. All that waited has been thrown away, to make room
        /// for what tells the far end so; then the session is to be closed.
        virtual void queue_overflowed(SessionId id) = 0;
        /// So many messages found no room in the queue.
        virtual void messages_dropped(std::size_t count) = 0;
    };

    /// How messages are written on this connection.
    struct Form {
        Dialect dialect = Dialect::json;
        SessionLayers layers{};
    };

    struct Outgoing {
        wire::Frame frame;
        overlay::Priority priority;
    };

    /// @param channel connected; its executor must be a strand.
    /// @param ticket given up when the connection is closed.
    TcpSession(SessionId id, Channel channel, const Form& form, const Settings& settings,
               std::shared_ptr<ReadBatchPool> batches, std::weak_ptr<Host> host, std::shared_ptr<void> ticket);

    /// Begins to read. `first_bytes` were read before it was known what the connection is.
    void start(std::string first_bytes);

    /// Queues these, in order.
    void send(std::vector<Outgoing> frames);

    /// The messages of a batch have been dealt with.
    void batch_done(std::unique_ptr<ReadBatch> batch);

    /// From now on one object at a time, apart in time: how a legacy peer, which takes each `recv` for one object,
    /// reads.
    void pace();

    /// Closes once all that is queued has been sent, within Settings::bye_timeout. Nothing is reported but
    /// session_gone.
    void close_when_sent();

    /// Closes at once. Nothing is reported but session_gone.
    void abort();

  private:
    enum class Phase : std::uint8_t {
        open,
        flushing,  ///< to be closed when all is sent
        draining,  ///< all is sent, and told to the far end by a FIN: what it still sends is read and thrown away
        closed,
    };

    void wait_readable();
    void read();
    void throw_away_input();
    void write();
    void write_queued();
    void tell_congestion();
    void wait_for_next_slot();
    void wait_writable();
    void finish_flushing();
    void lose(error_code reason);
    void close();

    const SessionId id_;
    Channel channel_;
    const std::chrono::milliseconds bye_timeout_;
    const std::chrono::milliseconds spacing_;
    std::shared_ptr<ReadBatchPool> batches_;
    std::weak_ptr<Host> host_;
    std::shared_ptr<void> ticket_;

    SessionInput input_;
    SessionOutput output_;
    // Most sessions never need a timer of their own: these are made when they do.
    std::unique_ptr<boost::asio::steady_timer> spacing_timer_;
    std::unique_ptr<boost::asio::steady_timer> cut_timer_;
    Phase phase_ = Phase::open;
    bool input_ended_ = false;   // malformed, or the far end's FIN
    bool output_ended_ = false;  // the far end takes no more
    overlay::Congestion told_congestion_ = overlay::Congestion::none;
    bool paced_ = false;
    bool writing_ = false;  // waits for room, or for the next slot of a paced session
};

}  // namespace gnutella::net
