#pragma once

#include "net/body_pump.hpp"
#include "net/body_sink.hpp"
#include "net/download_service.hpp"
#include "net/source_answer_reader.hpp"
#include "net/source_dialler.hpp"
#include "net/source_reader.hpp"
#include "net/stream_end.hpp"
#include "net/transfer_watch.hpp"
#include "transfer/part_file.hpp"
#include "transfer/prefix_hasher.hpp"
#include "transfer/source_naming.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace gnutella::net {

/// What a file without a Tiger tree is fetched with, from one source after another, from its beginning to its end.
struct Sequence {
    const DownloadService& service;
    boost::asio::any_io_executor strand;
    const Urn& urn;
    transfer::PartFile& part;
    /// What it has hashed is what has come.
    transfer::PrefixHasher& hasher;

    /// Bytes have come over the network.
    std::function<void(std::size_t bytes, Transport transport)> received;
    /// Called a few times a second.
    std::function<void()> tick;
    /// When a source that is busy wants to be asked again; set by it.
    std::optional<std::chrono::milliseconds> later;
    /// How long the source's file is, when it is not as long as its hit says; set by it.
    std::optional<std::uint64_t> other_size;
};

/// Fetches what a sequence lacks from one source, over one connection after another.
template <class Dialler>
class SequentialWorker final : private BodySink {
  public:
    using Stream = typename Dialler::Stream;

    SequentialWorker(Sequence& sequence, const Hit& source, Dialler& dialler)
        : sequence_(sequence),
          source_(source),
          dialler_(dialler),
          host_(source.source.to_string()),
          naming_(source),
          watch_(sequence.strand),
          expected_(sequence.hasher.hashed()) {}

    boost::asio::awaitable<Attempt> run() {
        auto reach = Attempt::Reach::unreachable;
        error_code error;
        // A source may end the connection after each piece.
        while (!error && wanted() > 0) {
            auto dialled = co_await dialler_.dial(source_);
            if (dialled.error) {
                co_return Attempt{dialled.error, reach};
            }
            reach = Attempt::Reach::reached;
            const std::uint64_t before = expected_;
            error = co_await use(*dialled.stream);
            if (was_stale(dialled, error) && expected_ == before) {
                error.clear();
            }
        }
        co_return Attempt{error, reach};
    }

  private:
    static constexpr std::chrono::milliseconds tick_interval{250};

    boost::asio::awaitable<error_code> use(Stream& stream) {
        SourceReader<Stream> reader(stream, sequence_.service.settings.max_http_header);
        watch_.on_stall([this, &stream] { on_stall(stream); });
        error_code error;
        bool goes_on = true;
        while (goes_on) {
            error = co_await fetch_piece(stream, reader);
            goes_on = !error && wanted() > 0 && reader.keeps_alive();
        }
        watch_.stop();
        co_return stalled_ ? error_code(Error::source_timed_out) : explain(error);
    }

    boost::asio::awaitable<error_code> fetch_piece(Stream& stream, SourceReader<Stream>& reader) {
        const DownloadService& service = sequence_.service;
        start_watch();
        expected_ = sequence_.hasher.hashed();
        const transfer::PieceRequest request{sequence_.urn, expected_, source_.size, {}, naming_.indexed()};
        waiting_ = true;
        const auto answer = co_await reader.ask(request, host_, service.settings.agent);
        waiting_ = false;
        if (naming_.has_another(answer.error)) {
            co_return error_code{};  // by that, over this connection or another
        }
        if (answer.error) {
            sequence_.later = answer.error == Error::source_busy ? answer.retry_after : std::nullopt;
            sequence_.other_size = answer.error == Error::size_mismatch ? answer.size : std::nullopt;
            co_return answer.error;
        }
        BodyPump<Stream> pump(sequence_.strand, stream, reader, *this, service, answer.plan);
        co_return co_await pump.run();
    }

    void start_watch() { watch_.start(sequence_.service.settings.transfer_timeout, tick_interval, sequence_.tick); }

    void on_stall(Stream& stream) {
        if (!waiting_) {  // it is the disk that takes so long, or the limit
            start_watch();
            return;
        }
        stalled_ = true;
        abort_stream(stream);
    }

    // ---- BodySink ----

    std::uint64_t wanted() const override { return source_.size - std::min(source_.size, expected_); }
    void received(std::size_t bytes) override {
        expected_ += bytes;
        skipped(bytes);
    }
    void skipped(std::size_t bytes) override {
        watch_.progress();
        sequence_.received(bytes, Dialler::transport);
    }
    void waits_for_source() override { waiting_ = true; }
    void waits_for_us() override { waiting_ = false; }
    std::uint64_t unit() const override { return 1; }
    error_code take(std::span<const std::byte> bytes) override {
        error_code error;
        sequence_.part.write(bytes, sequence_.hasher.hashed(), error);
        if (!error) {
            sequence_.hasher.advance(bytes);
        }
        return error;
    }
    void taken() override {}

    Sequence& sequence_;
    const Hit& source_;
    Dialler& dialler_;
    const std::string host_;
    transfer::SourceNaming naming_;
    TransferWatch watch_;
    std::uint64_t expected_;  // bytes that have come, not all of them on the disk yet
    bool waiting_ = false;
    bool stalled_ = false;
};

template <class Dialler>
boost::asio::awaitable<Attempt> fetch_in_sequence(Sequence& sequence, const Hit& source, Dialler& dialler) {
    SequentialWorker<Dialler> worker(sequence, source, dialler);
    co_return co_await worker.run();
}

}  // namespace gnutella::net
