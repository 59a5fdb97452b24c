#pragma once

#include "net/no_throw.hpp"
#include "net/source_answer_reader.hpp"
#include "transfer/available_ranges.hpp"
#include "transfer/queue_position.hpp"
#include "transfer/source_answer.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace gnutella::net {

/// The client's end of an HTTP connection to a source: asks for a piece of a file, reads its body, asks for the next.
/// `Stream` is an AsyncReadStream and AsyncWriteStream.
template <class Stream>
class SourceReader {
  public:
    SourceReader(Stream& stream, std::size_t max_header)
        : stream_(stream), max_header_(max_header), buffer_(max_header) {}

    struct Answer {
        transfer::BodyPlan plan;
        error_code error;
        /// With source_busy: when it may be asked again, if it said.
        std::optional<std::chrono::seconds> retry_after = {};
        /// The size of its file, if it said so.
        std::optional<std::uint64_t> size = {};
        /// What the source has, if it said so: it has not got the whole.
        std::optional<std::vector<transfer::ByteRange>> offered = {};
        /// Who else has the file, as it says: the value of X-Alt.
        std::string alternates = {};
        /// The same with their keys: the value of X-Alt-Quic.
        std::string quic_alternates = {};
        /// Who has it no more, as it says: the value of X-NAlt.
        std::string former_alternates = {};
    };

    /// Asks, and reads the head of the answer. The body that `plan` describes must be read before the next call.
    /// Errors: those of check_answer; what the system or Beast says when no head came.
    boost::asio::awaitable<Answer> ask(const transfer::PieceRequest& request, std::string_view host,
                                       std::string_view agent) {
        std::optional<AnswerParser> parser;
        if (const error_code error = co_await exchange(transfer::request_head(request, host, agent), parser)) {
            co_return Answer{{}, error};
        }
        const transfer::SourceAnswer answer = describe(*parser);
        // Without a length the end of the body is that of the connection.
        keeps_alive_ = parser->get().keep_alive() && answer.content_length;
        const auto judgement = transfer::check_answer(answer, request);
        Answer judged = read(answer, request);
        if (const auto* error = std::get_if<Error>(&judgement)) {
            judged.error = *error;
            // What it says of the error, nobody reads.
            keeps_alive_ = keeps_alive_ && answer.content_length == 0;
        } else {
            judged.plan = std::get<transfer::BodyPlan>(judgement);
        }
        co_return judged;
    }

    /// Asks only what the source has of that file, and reads the answer: its `plan` is empty. Errors: those of
    /// check_presence; what the system or Beast says when no head came.
    boost::asio::awaitable<Answer> ask_what_it_has(const transfer::PieceRequest& request, std::string_view host,
                                                   std::string_view agent) {
        std::optional<AnswerParser> parser;
        if (const error_code error = co_await exchange(transfer::presence_request_head(request, host, agent), parser)) {
            co_return Answer{{}, error};
        }
        const transfer::SourceAnswer answer = describe(*parser);
        keeps_alive_ = goes_on_after_head(*parser);
        Answer judged = read(answer, request);
        if (const auto error = transfer::check_presence(answer)) {
            judged.error = *error;
        }
        co_return judged;
    }

    /// Reads some bytes of a body.
    boost::asio::awaitable<std::size_t> read_some(std::span<std::byte> to, error_code& error) {
        error = {};
        const auto target = boost::asio::buffer(to.data(), to.size());
        if (buffer_.size() > 0) {  // came with the head
            const std::size_t count = boost::asio::buffer_copy(target, buffer_.data());
            buffer_.consume(count);
            co_return count;
        }
        const auto [read_error, count] = co_await stream_.async_read_some(target, no_throw);
        error = read_error;
        co_return count;
    }

    /// Whether more can be asked for on this connection.
    bool keeps_alive() const noexcept { return keeps_alive_; }

  private:
    static constexpr int max_interim_answers = 5;

    boost::asio::awaitable<error_code> exchange(const std::string& head, std::optional<AnswerParser>& parser) {
        const auto bytes = boost::asio::buffer(head);
        const auto [write_error, written] = co_await boost::asio::async_write(stream_, bytes, no_throw);
        if (write_error) {
            co_return write_error;
        }
        // Answers of the 1xx kind only announce the one that counts (RFC 9110, 15.2); nobody needs many.
        for (int interim = 0; interim < max_interim_answers; ++interim) {
            prepare(parser.emplace(), max_header_);
            const auto [error, count] =
                co_await boost::beast::http::async_read_header(stream_, buffer_, *parser, no_throw);
            if (error || parser->get().result_int() / 100 != 1) {
                co_return error;
            }
        }
        co_return Error::source_answer;
    }

    static Answer read(const transfer::SourceAnswer& answer, const transfer::PieceRequest& request) {
        Answer read;
        read.retry_after = transfer::poll_delay(answer.x_queue, answer.retry_after);
        if (!answer.available_ranges.empty()) {
            read.offered = transfer::parse_available_ranges(answer.available_ranges, request.size);
        }
        read.size = transfer::size_told(answer);
        read.alternates = answer.alternates;
        read.quic_alternates = answer.quic_alternates;
        read.former_alternates = answer.former_alternates;
        return read;
    }

    Stream& stream_;
    std::size_t max_header_;
    boost::beast::flat_buffer buffer_;
    bool keeps_alive_ = false;
};

}  // namespace gnutella::net
