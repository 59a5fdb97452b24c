#pragma once

#include "net/download_service.hpp"
#include "net/source_reader.hpp"
#include "net/stream_end.hpp"
#include "net/transfer_watch.hpp"
#include "transfer/part_file.hpp"
#include "transfer/source_answer.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

namespace gnutella::net {

/// Fetches what a part lacks over one connection. While one buffer is filled from the network the other is written to
/// the disk; that is all the memory it takes. `Stream` is an AsyncReadStream and AsyncWriteStream, on a strand, for
/// which abort_stream is there.
template <class Stream>
class PieceFetcher {
  public:
    struct Callbacks {
        /// Bytes have come.
        std::function<void(std::size_t bytes)> received;
        /// Called a few times a second.
        std::function<void()> tick;
    };

    PieceFetcher(Stream& stream, const DownloadService& service, transfer::PartFile& part, Callbacks callbacks)
        : stream_(stream),
          service_(service),
          part_(part),
          callbacks_(std::move(callbacks)),
          reader_(stream, service.settings.max_http_header),
          watch_(stream.get_executor()) {
        watch_.on_stall([this] { on_stall(); });
    }

    /// Asks for piece after piece until the part is whole, or the source wants no more on this connection (success as
    /// well). All that came is in the part then, also after an error.
    boost::asio::awaitable<error_code> fetch(transfer::PieceRequest request, std::string_view host) {
        buffers_.fill(Buffer(std::min(request.size - part_.length(), buffer_size)));
        start_watch();
        error_code error;
        do {
            request.first = part_.length();
            error = co_await fetch_piece(request, host);
        } while (!error && part_.length() < request.size && reader_.keeps_alive());
        watch_.stop();
        co_return error;
    }

  private:
    using Buffer = std::vector<std::byte>;
    static constexpr std::uint64_t buffer_size = 512 * 1024;
    static constexpr std::chrono::milliseconds tick_interval{250};
    // What has come is written after that time, be it ever so little: the part is what is kept.
    static constexpr std::chrono::milliseconds fill_time{100};

    boost::asio::awaitable<error_code> fetch_piece(const transfer::PieceRequest& request, std::string_view host) {
        reading_ = true;
        const auto answer = co_await reader_.ask(request, host, service_.settings.agent);
        reading_ = false;
        if (answer.error) {
            co_return explain_failure(answer.error);
        }
        const error_code error = co_await skip(answer.plan.skip);
        if (error) {
            co_return error;
        }
        co_return co_await receive(answer.plan.keep);
    }

    // A source that knows no ranges sends what we have once more.
    boost::asio::awaitable<error_code> skip(std::uint64_t bytes) {
        while (bytes > 0) {
            const Filled filled = co_await fill(buffers_[0], bytes);
            bytes -= filled.bytes;
            if (filled.error) {
                co_return filled.error;
            }
        }
        co_return error_code{};
    }

    boost::asio::awaitable<error_code> receive(std::uint64_t remaining) {
        using namespace boost::asio::experimental::awaitable_operators;
        std::span<const std::byte> unwritten;
        Filled filled;
        error_code write_error;
        for (std::size_t turn = 0; remaining > 0 && !filled.error && !write_error; ++turn) {
            Buffer& buffer = buffers_[turn % buffers_.size()];
            if (unwritten.empty()) {
                filled = co_await fill(buffer, remaining);
            } else {
                std::tie(filled, write_error) = co_await (fill(buffer, remaining) && write(unwritten));
            }
            unwritten = std::span(buffer).first(filled.bytes);
            remaining -= filled.bytes;
        }
        if (!unwritten.empty() && !write_error) {
            write_error = co_await write(unwritten);
        }
        co_return write_error ? write_error : filled.error;
    }

    struct Filled {
        std::size_t bytes = 0;
        error_code error;
    };

    boost::asio::awaitable<Filled> fill(Buffer& buffer, std::uint64_t most) {
        const auto target = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), most));
        const auto enough = TransferWatch::Clock::now() + fill_time;
        Filled filled;
        reading_ = true;
        while (filled.bytes < target.size() && !filled.error) {
            error_code error;
            const std::size_t count = co_await reader_.read_some(target.subspan(filled.bytes), error);
            filled.bytes += count;
            filled.error = error ? explain_failure(error) : error;
            callbacks_.received(count);
            watch_.progress();
            if (TransferWatch::Clock::now() >= enough) {
                break;
            }
        }
        reading_ = false;
        co_return filled;
    }

    boost::asio::awaitable<error_code> write(std::span<const std::byte> bytes) {
        const auto append = [this, bytes] {
            error_code error;
            part_.append(bytes, error);
            return error;
        };
        co_return co_await on_disk(service_.disk, append);
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
    Callbacks callbacks_;
    SourceReader<Stream> reader_;
    TransferWatch watch_;
    std::array<Buffer, 2> buffers_;
    bool reading_ = false;
    bool stalled_ = false;
};

}  // namespace gnutella::net
