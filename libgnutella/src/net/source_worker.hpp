#pragma once

#include "net/body_pump.hpp"
#include "net/body_sink.hpp"
#include "net/source_answer_reader.hpp"
#include "net/source_reader.hpp"
#include "net/stream_end.hpp"
#include "net/swarm.hpp"
#include "net/transfer_watch.hpp"
#include "transfer/block_writer.hpp"
#include "transfer/source_naming.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace gnutella::net {

/// What one source sends to a swarm: range after range, over one connection after another. What it was asked for stays
/// with it when it ends a connection without a fault.
template <class Dialler>
class SourceWorker final : private BodySink {
  public:
    using Stream = typename Dialler::Stream;

    SourceWorker(Swarm& swarm, Swarm::Member& member, Dialler& dialler)
        : swarm_(swarm),
          member_(member),
          dialler_(dialler),
          work_(swarm.work()),
          host_(member.hit.source.to_string()),
          naming_(member.hit),
          writer_(work_.part, work_.tree) {}

    boost::asio::awaitable<Attempt> run() {
        Ending ending = Ending::connection;
        while (ending == Ending::connection) {
            // Nobody keeps a connection waiting that has ended others.
            if (member_.joined && !co_await take_task()) {
                break;
            }
            auto dialled = co_await dialler_.dial(member_.hit);
            if (dialled.error) {
                co_return Attempt{dialled.error,
                                  member_.joined ? Attempt::Reach::reached : Attempt::Reach::unreachable};
            }
            if (!swarm_.wants(member_)) {  // since it was dialled: there was nothing to abort then
                error_ = Error::source_timed_out;
                break;
            }
            Stream& stream = *dialled.stream;
            member_.abort = [&stream] { abort_stream(stream); };
            answered_ = dialled.used_before;
            ending = co_await use(stream);
            member_.abort = nullptr;
        }
        co_return Attempt{error_, Attempt::Reach::reached};
    }

  private:
    enum class Ending : std::uint8_t {
        none,        // another request may follow on this connection
        work,        // there is nothing more to do, or an error
        connection,  // it can be used no more; another may
    };

    boost::asio::awaitable<Ending> use(Stream& stream) {
        SourceReader<Stream> reader(stream, work_.service.settings.max_http_header);
        const auto ends = ends_of(stream);
        here_ = transfer::own_location(work_.service.own_port(), ends.near, ends.far);
        far_ = ends.far;
        Ending ending = Ending::none;
        while (ending == Ending::none) {
            ending = co_await exchange(stream, reader);
        }
        co_return ending;
    }

    boost::asio::awaitable<Ending> exchange(Stream& stream, SourceReader<Stream>& reader) {
        if (!co_await take_task()) {
            co_return Ending::work;
        }
        if (!range_) {
            co_return co_await ask_what_it_has(stream, reader);
        }
        const auto piece = request(next_byte(), wanted());
        swarm_.waits_for_source(member_);
        const auto answer = co_await reader.ask(piece, host_, work_.service.settings.agent);
        swarm_.waits_for_us(member_);
        swarm_.names_others(member_, {answer.alternates, answer.quic_alternates, answer.former_alternates}, here_);
        if (answer.error) {
            co_return after_refusal(answer, reader);
        }
        if (answer.offered) {
            swarm_.offers(member_, *answer.offered);
        }
        BodyPump<Stream> pump(work_.strand, stream, reader, *this, work_.service, answer.plan);
        const error_code ended_by = co_await pump.run();
        error_ = explain(ended_by);
        if (error_) {
            co_return Ending::work;
        }
        answered_ = true;
        refusals_ = 0;
        if (wanted() == 0) {
            range_.reset();
        }
        co_return reader.keeps_alive() && pump.left() == 0 ? Ending::none : Ending::connection;
    }

    // Nothing of the part that it has is of use; it may have more by now.
    boost::asio::awaitable<Ending> ask_what_it_has(Stream& stream, SourceReader<Stream>& reader) {
        bool stalled = false;
        TransferWatch watch(work_.strand);
        watch.on_stall([&stream, &stalled] {
            stalled = true;
            abort_stream(stream);
        });
        watch.start(work_.service.settings.transfer_timeout);
        const auto whole = request(0, work_.tree.size());
        auto answer = co_await reader.ask_what_it_has(whole, host_, work_.service.settings.agent);
        watch.stop();
        if (stalled) {
            answer.error = Error::source_timed_out;
        }
        swarm_.names_others(member_, {answer.alternates, answer.quic_alternates, answer.former_alternates}, here_);
        if (!answer.offered && answer.error) {
            co_return after_error(answer, reader);
        }
        if (answer.offered) {
            swarm_.offers(member_, *answer.offered);
        } else {
            swarm_.offers_all(member_);
        }
        answered_ = true;
        asks_what_it_has_ = false;
        co_return reader.keeps_alive() ? Ending::none : Ending::connection;
    }

    Ending after_refusal(const typename SourceReader<Stream>::Answer& answer, const SourceReader<Stream>& reader) {
        // One that fetches the file itself says what it has instead.
        if (answer.offered && refusals_ < max_refusals && reader.keeps_alive()) {
            ++refusals_;
            swarm_.refused(member_, *answer.offered);
            range_.reset();
            return Ending::none;
        }
        return after_error(answer, reader);
    }

    Ending after_error(const typename SourceReader<Stream>::Answer& answer, const SourceReader<Stream>& reader) {
        const error_code error = explain(answer.error);
        if (error == Error::size_mismatch) {
            member_.other_size = answer.size;
        }
        if (answered_ && error == Error::source_closed && !member_.stop) {
            return Ending::connection;  // it was tired of waiting for this request
        }
        if (naming_.has_another(error)) {
            return reader.keeps_alive() ? Ending::none : Ending::connection;
        }
        error_ = error;
        member_.later = error_ == Error::source_busy ? answer.retry_after : std::nullopt;
        return Ending::work;
    }

    // What to do next, unless it is known; false: nothing any more.
    boost::asio::awaitable<bool> take_task() {
        if (range_ || asks_what_it_has_) {
            co_return true;
        }
        const Swarm::Task task = co_await swarm_.next(member_);
        if (const auto* range = std::get_if<transfer::BlockRange>(&task)) {
            range_ = *range;
            writer_.begin(range->first);
            received_ = 0;
        }
        asks_what_it_has_ = std::holds_alternative<Swarm::AskWhatItHas>(task);
        co_return !std::holds_alternative<Swarm::End>(task);
    }

    transfer::PieceRequest request(std::uint64_t first, std::uint64_t length) const {
        transfer::PieceRequest request{work_.urn, first, work_.tree.size(), length};
        request.indexed = naming_.indexed();
        if (here_ && work_.service.parts->serves(work_.urn)) {
            request.fields = transfer::alternate_location_fields(*here_);
        }
        request.fields += transfer::former_location_fields(swarm_.lost_locations(), far_);
        return request;
    }

    std::uint64_t next_byte() const { return work_.tree.layout().offset(range_->first) + received_; }

    // ---- BodySink ----

    std::uint64_t wanted() const override { return swarm_.planner().outstanding(member_.id); }
    void received(std::size_t bytes) override {
        received_ += bytes;
        swarm_.received(member_, bytes, Dialler::transport);
    }
    void skipped(std::size_t bytes) override { swarm_.skipped(member_, bytes, Dialler::transport); }
    void waits_for_source() override { swarm_.waits_for_source(member_); }
    void waits_for_us() override { swarm_.waits_for_us(member_); }
    std::uint64_t unit() const override { return work_.tree.block_size(); }
    error_code take(std::span<const std::byte> bytes) override {
        before_ = writer_.block();
        const auto outcome = writer_.take(bytes);
        verified_ = outcome.verified;
        return outcome.error;
    }
    void taken() override {
        for (std::size_t block = before_; block < before_ + verified_; ++block) {
            swarm_.verified(member_, block);
        }
        verified_ = 0;
    }

    // In a row: a source that says what it has, and then has not got that either, is none.
    static constexpr int max_refusals = 3;

    Swarm& swarm_;
    Swarm::Member& member_;
    Dialler& dialler_;
    const Swarm::Work& work_;
    const std::string host_;
    transfer::SourceNaming naming_;
    transfer::BlockWriter writer_;
    std::optional<transfer::BlockRange> range_;
    std::uint64_t received_ = 0;  // of the range
    bool asks_what_it_has_ = false;
    // Of the last take().
    std::size_t before_ = 0;
    std::size_t verified_ = 0;
    bool answered_ = false;                            // something, on this connection
    std::optional<transfer::AlternateLocation> here_;  // where we are for the far end of this connection
    Endpoint far_;
    int refusals_ = 0;
    error_code error_;
};

template <class Dialler>
boost::asio::awaitable<Attempt> work_for(Swarm& swarm, Swarm::Member& member, Dialler& dialler) {
    SourceWorker<Dialler> worker(swarm, member, dialler);
    co_return co_await worker.run();
}

}  // namespace gnutella::net
