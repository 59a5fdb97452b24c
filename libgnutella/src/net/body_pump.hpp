#pragma once

#include "net/bandwidth_limit.hpp"
#include "net/body_sink.hpp"
#include "net/cancellation.hpp"
#include "net/disk_pool.hpp"
#include "net/download_service.hpp"
#include "net/no_throw.hpp"
#include "net/source_reader.hpp"
#include "net/stream_end.hpp"
#include "transfer/byte_ring.hpp"
#include "transfer/ring_memory.hpp"
#include "transfer/source_answer.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace gnutella::net {

/// Carries the body of an answer from a connection to a sink: what has come is taken while more comes, through a ring
/// that is all the memory it needs.
template <class Stream>
class BodyPump {
  public:
    using TimePoint = boost::asio::steady_timer::time_point;

    /// Half a ring is handed over at a time, or after this time what there is of it: each time wakes a disk thread and
    /// then this one, which costs more than to check a block.
    static constexpr std::chrono::milliseconds usual_patience{50};

    /// @param strand where all of it runs.
    BodyPump(const boost::asio::any_io_executor& strand, Stream& stream, SourceReader<Stream>& reader, BodySink& sink,
             const DownloadService& service, transfer::BodyPlan plan, TimePoint::duration patience = usual_patience)
        : stream_(stream),
          reader_(reader),
          sink_(sink),
          disk_(service.disk),
          limit_(service.limit),
          plan_(plan),
          patience_(patience),
          memory_(service.memory->lend(plan.keep)),
          ring_(memory_.size()),
          portion_(memory_.size() / 2),
          unit_(static_cast<std::size_t>(std::min<std::uint64_t>(sink.unit(), portion_))),
          room_(strand, TimePoint::max()),
          bytes_(strand, TimePoint::max()),
          pace_(strand) {}

    /// Carries over what the plan says, or as much of it as the sink wants. All that came has been taken when it is
    /// done, after an error of the source as well. Errors: those of the sink; what the connection says, as it says it.
    boost::asio::awaitable<error_code> run() {
        using boost::asio::experimental::awaitable_operators::operator&&;
        co_await (receive() && write());
        co_return write_error_ ? write_error_ : read_error_;
    }

    /// Bytes of the body that were not read, because nobody wants them.
    std::uint64_t left() const noexcept { return plan_.skip + plan_.keep; }

  private:
    bool goes_on() const { return left() > 0 && sink_.wanted() > 0 && !read_error_ && !write_error_; }

    boost::asio::awaitable<void> receive() {
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        while (goes_on()) {
            co_await receive_some();
            const bool cancelled = co_await is_cancelled();
            if (cancelled && !read_error_) {
                read_error_ = boost::asio::error::operation_aborted;
            }
        }
        read_ended_ = true;
        bytes_.cancel();
    }

    boost::asio::awaitable<void> receive_some() {
        if (ring_.is_full()) {
            co_await room_.async_wait(no_throw);
            co_return;
        }
        // A source that knows no ranges sends what we have once more.
        const bool skipping = plan_.skip > 0;
        const std::uint64_t rest = skipping ? plan_.skip : std::min(plan_.keep, sink_.wanted());
        auto target = ring_.free_part();
        target = target.first(static_cast<std::size_t>(std::min<std::uint64_t>(target.size(), rest)));
        const std::size_t allowed = co_await wait_for_turn(target.size());
        if (allowed == 0) {
            co_return;
        }
        sink_.waits_for_source();
        const std::size_t count = co_await reader_.read_some(target.first(allowed), read_error_);
        sink_.waits_for_us();
        if (!limit_->unlimited()) {
            limit_->give_back(allowed - count);
        }
        if (skipping) {
            plan_.skip -= count;
            sink_.skipped(count);
            co_return;
        }
        plan_.keep -= count;
        // Plans may have changed while they were on their way.
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(count, sink_.wanted()));
        ring_.fill(wanted);
        sink_.received(wanted);
        if (has_portion() || (has_unit() && !has_deadline())) {
            bytes_.cancel();
        }
    }

    // How many may be read now, of those; 0 when it is to be looked again.
    boost::asio::awaitable<std::size_t> wait_for_turn(std::size_t wanted) {
        if (limit_->unlimited()) {
            co_return wanted;
        }
        const auto grant = limit_->take(wanted);
        if (grant.wait > grant.wait.zero()) {
            pace_.expires_after(grant.wait);
            const auto [error] = co_await pace_.async_wait(no_throw);
            if (error || !goes_on()) {
                limit_->give_back(grant.bytes);
                co_return 0;
            }
        }
        co_return static_cast<std::size_t>(grant.bytes);
    }

    boost::asio::awaitable<void> write() {
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        while (!write_error_ && !(ring_.is_empty() && read_ended_)) {
            const auto bytes = ready_bytes();
            if (bytes.empty()) {
                if (has_unit() && !has_deadline()) {
                    bytes_.expires_after(patience_);
                }
                co_await bytes_.async_wait(no_throw);
                continue;
            }
            bytes_.expires_at(TimePoint::max());
            const auto job = [this, bytes] { return sink_.take(bytes); };
            write_error_ = co_await try_on_disk(disk_, job);
            sink_.taken();
            ring_.empty(bytes.size());
            room_.cancel();
        }
        if (write_error_) {
            abort_stream(stream_);  // nobody waits for bytes that have no place
        }
    }

    bool has_unit() const { return ring_.filled_part().size() >= unit_; }
    bool has_portion() const { return ring_.filled_part().size() >= portion_ || ring_.is_filled_to_end(); }
    bool has_deadline() const { return bytes_.expiry() != TimePoint::max(); }

    // Whole units, and not all at once: while some are taken, others come.
    std::span<const std::byte> ready_bytes() const {
        const auto filled = ring_.filled_part();
        if (!has_unit()) {
            return read_ended_ || ring_.is_full() ? filled : std::span<const std::byte>{};
        }
        if (!has_portion() && !read_ended_ && bytes_.expiry() > TimePoint::clock::now()) {
            return {};
        }
        return filled.first(std::min(filled.size(), portion_) / unit_ * unit_);
    }

    Stream& stream_;
    SourceReader<Stream>& reader_;
    BodySink& sink_;
    std::shared_ptr<DiskQueue> disk_;
    std::shared_ptr<BandwidthLimit> limit_;

    transfer::BodyPlan plan_;
    const TimePoint::duration patience_;
    const transfer::RingMemory::Loan memory_;
    transfer::ByteRing ring_;
    const std::size_t portion_;
    const std::size_t unit_;
    // Cancelled when there is room in the ring again, and when there are bytes to be looked at or no more will come.
    // The second expires when what is there has waited for long enough.
    boost::asio::steady_timer room_;
    boost::asio::steady_timer bytes_;
    boost::asio::steady_timer pace_;
    error_code read_error_;
    error_code write_error_;
    bool read_ended_ = false;
};

}  // namespace gnutella::net
