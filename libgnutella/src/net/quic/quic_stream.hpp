#pragma once

#include "net/disk_pool.hpp"
#include "net/quic/stream_state.hpp"
#include "net/sendfile.hpp"
#include "net/served_file.hpp"
#include "transfer/byte_range.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/udp.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace gnutella::net {

/// A stream of a QUIC connection: an AsyncReadStream and AsyncWriteStream, like a socket. Its operations may be started
/// on any executor, and be cancelled there, one of each kind at a time; they complete on that of their handler.
/// Destroying it ends it for the far end as well, in the middle too: no operation may be under way then but one whose
/// handler and buffers are destroyed only after it has completed.
class QuicStream {
  public:
    using executor_type = boost::asio::any_io_executor;

    /// None: nothing may be done with it but assigning another.
    QuicStream() = default;
    explicit QuicStream(std::shared_ptr<StreamState> state) : state_(std::move(state)), executor_(state_->executor()) {}
    QuicStream(QuicStream&& other) noexcept = default;
    QuicStream& operator=(QuicStream&& other) noexcept {
        QuicStream old(std::move(*this));
        state_ = std::move(other.state_);
        executor_ = std::move(other.executor_);
        return *this;
    }
    ~QuicStream() {
        if (state_) {
            state_->release();
        }
    }

    explicit operator bool() const noexcept { return state_ != nullptr; }

    /// The strand of the endpoint, or what use_executor() was told.
    executor_type get_executor() const noexcept { return executor_; }
    /// Who uses the stream runs elsewhere than the endpoint does.
    void use_executor(executor_type executor) noexcept { executor_ = std::move(executor); }
    /// The far end's address, and ours, when the stream was opened.
    const boost::asio::ip::udp::endpoint& remote_endpoint() const noexcept { return state_->ends().remote; }
    const boost::asio::ip::udp::endpoint& local_endpoint() const noexcept { return state_->ends().local; }

    /// Reads what is there, and waits until something is. Errors: boost::asio::error::eof at the end; connection_reset
    /// when the far end gave the stream or the connection up; timed_out when it has fallen silent; operation_aborted
    /// when it was cancelled or the endpoint stopped.
    template <class MutableBufferSequence, class Token>
    auto async_read_some(const MutableBufferSequence& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            [](auto handler, QuicStream* self, StreamState::MutableBuffers list) {
                self->state_->read(list, {std::move(handler), self->executor_});
            },
            token, this, StreamState::MutableBuffers::of(buffers));
    }

    /// Takes some of the bytes, to be sent, and waits until there is room for some. Errors: as async_read_some(), and
    /// shut_down after shutdown_send().
    template <class ConstBufferSequence, class Token>
    auto async_write_some(const ConstBufferSequence& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            [](auto handler, QuicStream* self, StreamState::ConstBuffers list) {
                self->state_->write(list, {std::move(handler), self->executor_});
            },
            token, this, StreamState::ConstBuffers::of(buffers));
    }

    /// Waits for room for `size` bytes, which the caller fills, on any thread, and then has sent by commit(). One write
    /// of either kind at a time.
    template <class Token>
    auto async_prepare(std::size_t size, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::span<std::byte>)>(
            [](auto handler, QuicStream* self, std::size_t wanted) {
                self->state_->prepare(wanted, {std::move(handler), self->executor_});
            },
            token, this, size);
    }
    void commit(std::size_t size) { state_->commit(size); }

    /// No more will be written: the far end reads to the end of what has been, and then eof.
    void shutdown_send() { state_->finish(); }

    /// Ends all operations with operation_aborted, and tells the far end that there will be no more.
    void abort() { state_->abort(); }

  private:
    std::shared_ptr<StreamState> state_;
    executor_type executor_;
};

/// As for a socket.
inline void abort_stream(QuicStream& stream) noexcept {
    stream.abort();
}

/// As for a socket, but there is nothing to wait for: what was written is sent even when the stream is gone.
boost::asio::awaitable<void> end_stream(QuicStream& stream);

/// As for a socket. The bytes go from the page cache to where QUIC encrypts them from, without another copy.
boost::asio::awaitable<error_code> send_file(QuicStream& stream, std::shared_ptr<DiskQueue> disk, std::string_view head,
                                             const ServedFile& file, transfer::ByteRange range,
                                             const SendProgress& progress);

}  // namespace gnutella::net
