#pragma once

#include "net/quic/receive_buffer.hpp"
#include "net/quic/send_buffer.hpp"

#include <gnutella/detail/completion.hpp>
#include <gnutella/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace gnutella::net {

class StreamState;

/// What a stream asks of its connection. On the endpoint's strand.
class StreamHost {
  public:
    /// There is something to send: bytes, or the end.
    virtual void stream_ready(StreamState& stream) = 0;
    /// So many bytes have been read: as many more may come.
    virtual void stream_taken(StreamState& stream, std::size_t bytes) = 0;
    /// No more will be read, or sent (RFC 9000, 3.5: STOP_SENDING, RESET_STREAM).
    virtual void stop_reading(StreamState& stream) = 0;
    virtual void reset_writing(StreamState& stream) = 0;
    /// Nobody uses the stream any more.
    virtual void stream_released(StreamState& stream) = 0;

  protected:
    ~StreamHost() = default;
};

/// Some of the buffers of an operation: as many as one call can fill or empty at most.
template <class Buffer>
struct BufferList {
    std::array<Buffer, 16> buffers;
    std::size_t count = 0;
    std::size_t bytes = 0;

    template <class Sequence>
    static BufferList of(const Sequence& sequence) {
        BufferList list;
        const auto end = boost::asio::buffer_sequence_end(sequence);
        for (auto at = boost::asio::buffer_sequence_begin(sequence); at != end && list.count < list.buffers.size();
             ++at) {
            const Buffer buffer(*at);
            if (buffer.size() > 0) {
                list.buffers[list.count++] = buffer;
                list.bytes += buffer.size();
            }
        }
        return list;
    }
};

/// One stream: between those who read and write it, with any executor, and its connection, on the endpoint's strand.
/// What is not said to be callable from any thread is called on the strand.
class StreamState : public std::enable_shared_from_this<StreamState> {
  public:
    using Done = detail::Completion<error_code, std::size_t>;
    using MutableBuffers = BufferList<boost::asio::mutable_buffer>;
    using ConstBuffers = BufferList<boost::asio::const_buffer>;

    struct Limits {
        /// Bytes kept until they are acknowledged.
        std::size_t kept;
        /// Silence after which the rest of what was written is given up once nobody uses the stream any more.
        std::chrono::milliseconds linger;
    };

    /// The two ends of the connection, when the stream was opened.
    struct Ends {
        boost::asio::ip::udp::endpoint local;
        boost::asio::ip::udp::endpoint remote;
    };

    StreamState(boost::asio::any_io_executor strand, StreamHost& host, std::int64_t id, Ends ends, Limits limits);

    // ---- for who uses it: from any thread ----

    const boost::asio::any_io_executor& executor() const noexcept { return strand_; }
    const Ends& ends() const noexcept { return ends_; }

    /// One of each at a time.
    void read(MutableBuffers buffers, Done done);
    void write(ConstBuffers buffers, Done done);
    /// Room for `size` bytes to be sent, to be filled on any thread and then given to commit(). Instead of a write().
    void prepare(std::size_t size, detail::Completion<error_code, std::span<std::byte>> done);
    void commit(std::size_t size);
    /// No more will be written; what has been is still sent.
    void finish();
    /// Ends what is under way, now, and all that comes later.
    void abort();
    /// The last that its user calls. Sends what was written if finish() was called, else tells the far end that there
    /// will be no more.
    void release();

    // ---- for the connection ----

    std::int64_t id() const noexcept { return id_; }
    const SendBuffer& outgoing() const noexcept { return outgoing_; }
    bool has_to_send() const noexcept { return !write_error_ && (outgoing_.unsent() > 0 || owes_end()); }
    /// Whether the end is to be sent after what is unsent.
    bool owes_end() const noexcept { return finished_ && !end_sent_; }
    void sent(std::size_t bytes, bool with_end);
    void acknowledged(std::size_t bytes);
    void received(std::span<const std::byte> bytes);
    void received_end();
    /// The far end will send, or read, no more.
    void read_failed(error_code error);
    void write_failed(error_code error);
    /// Completes the read that has got something: after all datagrams that were there have been dealt with.
    void flush();
    bool is_released() const noexcept { return released_; }
    /// QUIC has done with the stream, or the connection has ended: nothing is asked of the host any more.
    void detach(error_code error);
    /// Destroys what waits without calling it: nothing will run it any more.
    void drop();

    /// Where it stands among those that have something to send; the connection's.
    bool queued = false;
    /// QUIC has done with it; the connection's.
    bool closed = false;

  private:
    struct Read {
        MutableBuffers buffers;
        std::size_t filled = 0;
        Done done;
        std::uint64_t number = 0;
    };
    struct Write {
        ConstBuffers buffers;
        Done done;
        std::uint64_t number = 0;
    };
    struct Prepare {
        std::size_t size = 0;
        detail::Completion<error_code, std::span<std::byte>> done;
        std::uint64_t number = 0;
    };

    template <class Function>
    void on_strand(Function function);
    template <class Operation, class... Nothing>
    void cancel_by_signal(Operation& operation, std::optional<Operation> StreamState::*place, Nothing... nothing);

    void start_read(Read read);
    void start_write(Write write);
    void start_prepare(Prepare prepare);
    void continue_writing();
    void finish_read(error_code error);
    std::size_t fill_read(std::span<const std::byte> bytes);
    std::size_t room() const noexcept;
    std::size_t take_into(Read& read);
    void copy_in(const ConstBuffers& buffers, std::size_t most);
    void start_linger();

    const boost::asio::any_io_executor strand_;
    StreamHost* host_;
    const std::int64_t id_;
    const Ends ends_;
    const Limits limits_;

    ReceiveBuffer incoming_;
    std::optional<Read> read_;
    error_code read_error_;

    SendBuffer outgoing_;
    std::optional<Write> write_;
    std::optional<Prepare> prepare_;
    error_code write_error_;
    bool finished_ = false;
    bool end_sent_ = false;

    bool released_ = false;
    // Of an operation, so that a late cancellation meets no other. Any thread begins one.
    std::atomic<std::uint64_t> last_number_ = 0;
    boost::asio::steady_timer linger_;
    std::size_t lingering_with_ = 0;
};

}  // namespace gnutella::net
