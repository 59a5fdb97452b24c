#pragma once

#include "net/cancellation.hpp"
#include "net/download_service.hpp"
#include "net/source_reader.hpp"
#include "net/stream_end.hpp"
#include "net/transfer_watch.hpp"
#include "transfer/byte_ring.hpp"
#include "transfer/part_file.hpp"
#include "transfer/source_answer.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace gnutella::net {

/// Fetches what a part lacks over one connection. What has come is written to the disk while more comes, through a ring
/// that is all the memory it takes. `Stream` is an AsyncReadStream and AsyncWriteStream, on a strand, for which
/// abort_stream is there.
template <class Stream>
class PieceFetcher {
  public:
    struct Callbacks {
        /// Bytes have come.
        std::function<void(std::size_t bytes)> received;
        /// The part is that long now.
        std::function<void(std::uint64_t length)> written;
        /// Called a few times a second.
        std::function<void()> tick;
    };

    /// @param size of the whole file, which the part has not reached yet.
    PieceFetcher(Stream& stream, const DownloadService& service, transfer::PartFile& part, std::uint64_t size,
                 Callbacks callbacks)
        : stream_(stream),
          service_(service),
          part_(part),
          size_(size),
          callbacks_(std::move(callbacks)),
          reader_(stream, service.settings.max_http_header),
          ring_(std::min(size - part.length(), ring_size)),
          room_(stream.get_executor(), TransferWatch::Clock::time_point::max()),
          bytes_(stream.get_executor(), TransferWatch::Clock::time_point::max()),
          watch_(stream.get_executor()) {
        watch_.on_stall([this] { on_stall(); });
    }

    /// Asks for piece after piece until the part is whole, or the source wants no more on this connection (success as
    /// well). All that came is in the part then, also after an error.
    boost::asio::awaitable<error_code> fetch(const Urn& urn, std::string_view host) {
        start_watch();
        error_code error;
        do {
            const transfer::PieceRequest request{urn, part_.length(), size_};
            error = co_await fetch_piece(request, host);
        } while (!error && part_.length() < size_ && reader_.keeps_alive());
        watch_.stop();
        co_return error;
    }

  private:
    static constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    static constexpr std::uint64_t ring_size = 1024 * 1024;
    static constexpr std::chrono::milliseconds tick_interval{250};

    boost::asio::awaitable<error_code> fetch_piece(const transfer::PieceRequest& request, std::string_view host) {
        using boost::asio::experimental::awaitable_operators::operator&&;
        reading_ = true;
        const auto answer = co_await reader_.ask(request, host, service_.settings.agent);
        reading_ = false;
        if (answer.error) {
            co_return explain_failure(answer.error);
        }
        read_ended_ = false;
        co_await (receive(answer.plan) && write());
        co_return write_error_ ? write_error_ : read_error_;
    }

    boost::asio::awaitable<void> receive(transfer::BodyPlan plan) {
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        while (plan.skip + plan.keep > 0 && !read_error_ && !write_error_) {
            if (co_await is_cancelled()) {
                read_error_ = boost::asio::error::operation_aborted;
                break;
            }
            if (ring_.is_full()) {
                co_await room_.async_wait(token);
                continue;
            }
            // A source that knows no ranges sends what we have once more.
            const bool skipping = plan.skip > 0;
            std::uint64_t& rest = skipping ? plan.skip : plan.keep;
            const auto free = ring_.free_part();
            const std::size_t count = co_await read_some(free.first(std::min<std::uint64_t>(free.size(), rest)));
            rest -= count;
            if (!skipping) {
                ring_.fill(count);
                bytes_.cancel();
            }
        }
        read_ended_ = true;
        bytes_.cancel();
    }

    boost::asio::awaitable<std::size_t> read_some(std::span<std::byte> target) {
        error_code error;
        reading_ = true;
        const std::size_t count = co_await reader_.read_some(target, error);
        reading_ = false;
        read_error_ = error ? explain_failure(error) : error;
        callbacks_.received(count);
        watch_.progress();
        co_return count;
    }

    boost::asio::awaitable<void> write() {
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        while (!write_error_ && !(ring_.is_empty() && read_ended_)) {
            if (ring_.is_empty()) {
                co_await bytes_.async_wait(token);
                continue;
            }
            const auto bytes = ring_.filled_part();
            write_error_ = co_await append(bytes);
            callbacks_.written(part_.length());
            ring_.empty(bytes.size());
            room_.cancel();
        }
        if (write_error_) {
            abort_stream(stream_);  // nobody waits for bytes that have no place
        }
    }

    boost::asio::awaitable<error_code> append(std::span<const std::byte> bytes) {
        const auto job = [this, bytes] {
            error_code error;
            part_.append(bytes, error);
            return error;
        };
        try {
            co_return co_await on_disk(service_.disk, job);
        } catch (const boost::system::system_error& abandoned) {
            co_return abandoned.code();  // the disk threads have ended; receive() must learn it
        }
    }

    void start_watch() { watch_.start(service_.settings.transfer_timeout, tick_interval, callbacks_.tick); }

    void on_stall() {
        if (!reading_) {  // it is the disk that takes so long
            start_watch();
            return;
        }
        stalled_ = true;
        abort_stream(stream_);
    }

    error_code explain_failure(const error_code& error) const {
        return stalled_ ? error_code(Error::source_timed_out) : explain(error);
    }

    Stream& stream_;
    const DownloadService& service_;
    transfer::PartFile& part_;
    const std::uint64_t size_;
    Callbacks callbacks_;
    SourceReader<Stream> reader_;

    transfer::ByteRing ring_;
    // Cancelled when there is room in the ring again, and when there are bytes or no more will come.
    boost::asio::steady_timer room_;
    boost::asio::steady_timer bytes_;
    error_code read_error_;
    error_code write_error_;
    bool read_ended_ = false;

    TransferWatch watch_;
    bool reading_ = false;
    bool stalled_ = false;
};

}  // namespace gnutella::net
