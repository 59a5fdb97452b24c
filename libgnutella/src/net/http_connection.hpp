#pragma once

#include "net/http_request_reader.hpp"
#include "net/http_service.hpp"
#include "net/sendfile.hpp"
#include "net/stream_end.hpp"
#include "net/transfer_watch.hpp"
#include "net/upload.hpp"
#include "transfer/http_response.hpp"

#include <gnutella/endpoint.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace gnutella::net {

/// The server's end of one HTTP connection: request after request, answered from the catalogue. `Stream` is an
/// AsyncReadStream and AsyncWriteStream for which send_file, abort_stream and end_stream are there. Each runs
/// on its stream's strand.
template <class Stream>
class HttpConnection {
  public:
    /// @param stream its executor must be a strand.
    /// @param first_bytes what has been read of it already.
    /// @param remote the far end: a numeric address.
    HttpConnection(Stream stream, std::shared_ptr<HttpService> service, std::string_view first_bytes, Endpoint remote)
        : stream_(std::move(stream)),
          service_(std::move(service)),
          remote_(std::move(remote)),
          buffer_(std::max(service_->settings.max_http_header, first_bytes.size())),
          watch_(stream_.get_executor()) {
        buffer_.commit(boost::asio::buffer_copy(buffer_.prepare(first_bytes.size()), boost::asio::buffer(first_bytes)));
        watch_.on_stall([this] { interrupt(boost::asio::error::timed_out); });
    }

    static boost::asio::awaitable<void> run(std::shared_ptr<HttpConnection> self) {
        Next next = Next::exchange;
        while (next == Next::exchange) {
            next = co_await self->exchange();
        }
        if (next == Next::end) {
            self->watch_.start(linger);
            co_await end_stream(self->stream_);
        }
    }

    /// Ends it now, on its strand. From any thread.
    static void stop(std::shared_ptr<HttpConnection> self) {
        const auto strand = self->stream_.get_executor();
        boost::asio::post(strand, [self = std::move(self)] { self->interrupt(Error::stopped); });
    }

  private:
    enum class Next : std::uint8_t {
        exchange,  // another request may come
        end,       // the last answer must still reach the far end
        drop,      // there is nobody to talk to
    };
    static constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    // How long the far end may take to read the last answer.
    static constexpr std::chrono::seconds linger{2};
    static constexpr std::chrono::seconds report_interval{1};

    boost::asio::awaitable<Next> exchange() {
        // One deadline for the whole head: who sends a byte now and then does not stay.
        watch_.start(service_->settings.http_idle_timeout);
        RequestParser parser;
        parser.header_limit(static_cast<std::uint32_t>(service_->settings.max_http_header));
        const auto [error, count] = co_await boost::beast::http::async_read_header(stream_, buffer_, parser, token);
        if (error) {
            const auto refusal = refusal_of(error);
            if (!refusal || interrupted_) {
                co_return Next::drop;
            }
            const auto response = refuse(*refusal, transfer::Persistence::close, answerer());
            co_return co_await answer(response, transfer::Persistence::close);
        }
        const transfer::HttpRequest request = describe(parser);
        const auto plan = transfer::plan_request(request);
        if (const auto* wanted = std::get_if<transfer::FileRequest>(&plan)) {
            co_return co_await answer_file_request(*wanted, request.persistence);
        }
        const auto refusal = refuse(std::get<transfer::HttpStatus>(plan), request.persistence, answerer());
        co_return co_await answer(refusal, request.persistence);
    }

    boost::asio::awaitable<Next> answer_file_request(const transfer::FileRequest& wanted,
                                                     transfer::Persistence persistence) {
        const auto file = co_await service_->catalogue->find(wanted.urn);
        if (!file) {
            const auto refusal = refuse(transfer::HttpStatus::not_found, persistence, answerer());
            co_return co_await answer(refusal, persistence);
        }
        const auto response = transfer::answer_with_file(wanted, *file, persistence, answerer());
        if (response.body.length == 0) {
            co_return co_await answer(response, persistence);
        }
        co_return co_await send(response, *file, persistence);
    }

    // An answer without a body.
    boost::asio::awaitable<Next> answer(const transfer::HttpResponse& response, transfer::Persistence persistence) {
        watch_.start(service_->settings.transfer_timeout);
        const auto head = boost::asio::buffer(response.head);
        const auto [error, count] = co_await boost::asio::async_write(stream_, head, token);
        co_return error ? Next::drop : after(persistence);
    }

    boost::asio::awaitable<Next> send(const transfer::HttpResponse& response, const SharedFile& shared,
                                      transfer::Persistence persistence) {
        UploadSlot slot(service_);
        if (!slot) {
            const auto refusal = refuse(transfer::HttpStatus::service_unavailable, persistence, answerer());
            co_return co_await answer(refusal, persistence);
        }
        error_code error;
        const auto open = [this, &shared, &error] {
            const int descriptor = service_->catalogue->open(shared, error);
            return error ? ServedFile{} : ServedFile::adopt(descriptor, shared.size, error);
        };
        const ServedFile file = co_await on_disk(service_->disk, open);
        if (error) {
            service_->counters->files_not_shared.fetch_add(1, std::memory_order_relaxed);
            const auto refusal = refuse(transfer::HttpStatus::not_found, persistence, answerer());
            co_return co_await answer(refusal, persistence);
        }
        Upload upload(service_, shared.name, remote_, response.body.length);
        const SendProgress progress = [this, &upload](std::uint64_t bytes) {
            upload.sent(bytes);
            watch_.progress();
        };
        watch_.start(service_->settings.transfer_timeout, report_interval, [&upload] { upload.report(); });
        error = co_await send_file(stream_, service_->disk, response.head, file, response.body, progress);
        watch_.stop();
        if (error == Error::file_changed) {
            service_->counters->files_not_shared.fetch_add(1, std::memory_order_relaxed);
        }
        slot.release();  // before it is told: who hears of the end may come for it
        upload.end(error && interrupted_ ? interrupted_ : error);
        // Cut short, the far end must learn it: by the end of the connection before that of the body.
        co_return error ? Next::drop : after(persistence);
    }

    static Next after(transfer::Persistence persistence) noexcept {
        return persistence == transfer::Persistence::close ? Next::end : Next::exchange;
    }

    transfer::Answerer answerer() const { return {service_->settings.agent, std::chrono::system_clock::now()}; }

    void interrupt(const error_code& why) {
        interrupted_ = why;
        abort_stream(stream_);
    }

    Stream stream_;
    std::shared_ptr<HttpService> service_;
    Endpoint remote_;
    // Kept from request to request: the next one may have come with the last.
    boost::beast::flat_buffer buffer_;
    TransferWatch watch_;
    error_code interrupted_;
};

}  // namespace gnutella::net
