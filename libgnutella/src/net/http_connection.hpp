#pragma once

#include "net/http_request_reader.hpp"
#include "net/http_service.hpp"
#include "net/listing_sender.hpp"
#include "net/no_throw.hpp"
#include "net/paced_send.hpp"
#include "net/pacer.hpp"
#include "net/sendfile.hpp"
#include "net/stream_end.hpp"
#include "net/transfer_watch.hpp"
#include "net/upload.hpp"
#include "net/upload_desk.hpp"
#include "transfer/http_response.hpp"
#include "transfer/thex.hpp"

#include <gnutella/endpoint.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

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
          watch_(stream_.get_executor()),
          pacer_(stream_.get_executor(), service_->upload_limit) {
        buffer_.commit(boost::asio::buffer_copy(buffer_.prepare(first_bytes.size()), boost::asio::buffer(first_bytes)));
        watch_.on_stall([this] { interrupt(Error::downloader_idle); });
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
    // How long the far end may take to read the last answer.
    static constexpr std::chrono::seconds linger{2};
    static constexpr std::chrono::seconds report_interval{1};

    // What is sent of a file, shared or on its way here.
    struct Outgoing {
        transfer::HttpResponse response;
        std::string name;
        Urn urn{Sha1{}};
        std::uint64_t size = 0;
        /// Who else has it, for one who must wait here.
        std::vector<transfer::HeaderField> alternates;
        /// Blocks: called on a disk thread.
        std::function<ServedFile(error_code&)> open;
    };

    boost::asio::awaitable<Next> exchange() {
        watch_for_request();
        RequestParser parser;
        parser.header_limit(static_cast<std::uint32_t>(service_->settings.max_http_header));
        const auto [error, count] = co_await boost::beast::http::async_read_header(stream_, buffer_, parser, no_throw);
        watch_.stop();  // the slot of one who has asked in time stays his, however long the disk takes
        if (error) {
            const auto refusal = refusal_of(error);
            if (!refusal || interrupted_) {
                co_return Next::drop;
            }
            service_->counters->bad_requests.fetch_add(1, std::memory_order_relaxed);
            co_return co_await refuse(*refusal, transfer::Persistence::close);
        }
        const transfer::HttpRequest request = describe(parser);
        const auto plan = transfer::plan_request(request);
        if (const auto* wanted = std::get_if<transfer::FileRequest>(&plan)) {
            co_return co_await answer_file_request(*wanted, request);
        }
        slot_.release();
        if (const auto* wanted = std::get_if<transfer::TreeRequest>(&plan)) {
            co_return co_await answer_tree_request(*wanted, request.persistence);
        }
        if (const auto* wanted = std::get_if<transfer::BrowseRequest>(&plan)) {
            co_return co_await answer_browse_request(*wanted, request.persistence);
        }
        if (const auto* wanted = std::get_if<transfer::PushProxyRequest>(&plan)) {
            co_return co_await answer_push_request(*wanted, request.persistence);
        }
        co_return co_await refuse(std::get<transfer::HttpStatus>(plan), request.persistence);
    }

    // One deadline for the whole head: who sends a byte now and then does not stay. A slot is not kept as long.
    void watch_for_request() {
        const auto limit = service_->settings.http_idle_timeout;
        if (!slot_) {
            watch_.start(limit);
            return;
        }
        const auto grace = service_->settings.upload_grace;
        watch_.start(limit, grace, [this, limit, grace] {
            slot_.release();
            watch_.start(limit - grace);
        });
    }

    boost::asio::awaitable<Next> answer_file_request(const transfer::FileRequest& wanted,
                                                     const transfer::HttpRequest& request) {
        const auto persistence = request.persistence;
        const auto shared = co_await service_->catalogue->find(wanted.file);
        if (shared) {
            auto more = alternates(shared->urn, request);
            auto response = transfer::answer_with_file(wanted, *shared, persistence, answerer(), more);
            Outgoing outgoing{std::move(response), shared->name, shared->urn, shared->size, std::move(more), {}};
            outgoing.open = [this, file = *shared](error_code& error) {
                const int descriptor = service_->catalogue->open(file, error);
                return error ? ServedFile{} : ServedFile::adopt(descriptor, file.size, error);
            };
            co_return co_await send(std::move(outgoing), persistence);
        }
        const auto files = service_->partial_files();
        const auto* urn = std::get_if<Urn>(&wanted.file);
        const auto partial = files && urn != nullptr ? files->find(*urn) : std::nullopt;
        if (!partial) {
            slot_.release();
            co_return co_await refuse(transfer::HttpStatus::not_found, persistence);
        }
        auto more = alternates(partial->urn, request);
        auto response = transfer::answer_with_part(wanted, *partial, persistence, answerer(), more);
        Outgoing outgoing{std::move(response), partial->name, partial->urn, partial->size, std::move(more), {}};
        outgoing.open = [files, file = *partial](error_code& error) {
            const int descriptor = files->open(file, error);
            return error ? ServedFile{} : ServedFile::adopt_unfinished(descriptor, error);
        };
        co_return co_await send(std::move(outgoing), persistence);
    }

    // Learns who else has a file, and tells it.
    std::vector<transfer::HeaderField> alternates(const Urn& urn, const transfer::HttpRequest& request) {
        const Alternates::Said said{request.alternates, request.quic_alternates, request.former_alternates};
        const auto known = service_->alternates->hear(urn, remote_, said);
        const auto others = service_->alternates->tell(urn, remote_, known);
        std::vector<transfer::HeaderField> fields;
        if (!others.empty()) {
            fields.push_back({"X-Alt", transfer::alternate_locations_text(others)});
        }
        if (std::string with_keys = transfer::quic_locations_text(others); !with_keys.empty()) {
            fields.push_back({"X-Alt-Quic", std::move(with_keys)});
        }
        return fields;
    }

    boost::asio::awaitable<Next> answer_tree_request(const transfer::TreeRequest& wanted,
                                                     transfer::Persistence persistence) {
        const auto shared = co_await service_->catalogue->find(wanted.urn);
        const auto files = service_->partial_files();
        const auto partial = shared || !files ? std::nullopt : files->find(wanted.urn);
        if (!shared && !partial) {
            co_return co_await refuse(transfer::HttpStatus::not_found, persistence);
        }
        const auto read = [this, &shared, &partial, &files]() -> std::string {
            const auto tree = shared ? service_->catalogue->tree(*shared) : files->tree(*partial);
            return tree ? transfer::write_thex(*tree) : std::string();
        };
        const std::string message = co_await on_disk(service_->disk, read);
        if (message.empty()) {
            service_->counters->trees_not_known.fetch_add(1, std::memory_order_relaxed);
            if (shared) {
                service_->catalogue->want_tree(*shared);
            }
            co_return co_await refuse(transfer::HttpStatus::service_unavailable, persistence);
        }
        const auto response = transfer::answer_with_tree(wanted, message.size(), persistence, answerer());
        const std::string whole = response.head + message.substr(0, static_cast<std::size_t>(response.body.length));
        watch_.start(service_->settings.transfer_timeout);
        const SendProgress progress = [this](std::uint64_t) { watch_.progress(); };
        if (response.body.length > 0) {
            service_->counters->trees_sent.fetch_add(1, std::memory_order_relaxed);
        }
        const error_code error = co_await write_paced(stream_, pacer_, whole, progress);
        co_return error ? Next::drop : after(persistence);
    }

    boost::asio::awaitable<Next> answer_browse_request(const transfer::BrowseRequest& wanted,
                                                       transfer::Persistence persistence) {
        if (wanted.chunks == transfer::HttpRequest::Chunks::unknown) {
            persistence = transfer::Persistence::close;
        }
        const ListingPlace place(*service_);
        if (!place) {
            co_return co_await refuse(transfer::HttpStatus::service_unavailable, persistence);
        }
        auto response = transfer::answer_with_listing(wanted, persistence, answerer());
        if (wanted.method == transfer::HttpMethod::head) {
            co_return co_await answer(response, persistence);
        }
        const auto node = service_->node();
        const transfer::Owner owner{node.servent, own_address(stream_, service_->settings), node.port,
                                    service_->settings.agent};
        transfer::BrowseListing listing(wanted, owner, Guid::random());
        watch_.start(service_->settings.transfer_timeout);
        const SendProgress progress = [this](std::uint64_t) { watch_.progress(); };
        service_->counters->browsed.fetch_add(1, std::memory_order_relaxed);
        const error_code error =
            co_await send_listing(stream_, pacer_, *service_, listing, std::move(response.head), progress);
        co_return error ? Next::drop : after(persistence);
    }

    boost::asio::awaitable<Next> answer_push_request(const transfer::PushProxyRequest& wanted,
                                                     transfer::Persistence persistence) {
        const auto node = service_->node();
        bool passed = false;
        if (node.pass_push) {
            const Endpoint to{remote_.host, wanted.port};
            passed = co_await node.pass_push(wanted.target, to);
        }
        auto& counter = passed ? service_->counters->pushes_proxied : service_->counters->pushes_dropped;
        counter.fetch_add(1, std::memory_order_relaxed);
        const auto status = passed ? transfer::HttpStatus::accepted : transfer::HttpStatus::gone;
        co_return co_await refuse(status, persistence);
    }

    boost::asio::awaitable<Next> refuse(transfer::HttpStatus status, transfer::Persistence persistence,
                                        std::span<const transfer::HeaderField> more = {}) {
        const auto response = transfer::refuse(status, persistence, answerer(), more);
        co_return co_await answer(response, persistence);
    }

    // An answer without a body.
    boost::asio::awaitable<Next> answer(const transfer::HttpResponse& response, transfer::Persistence persistence) {
        watch_.start(service_->settings.transfer_timeout);
        const auto head = boost::asio::buffer(response.head);
        const auto [error, count] = co_await boost::asio::async_write(stream_, head, no_throw);
        co_return error ? Next::drop : after(persistence);
    }

    boost::asio::awaitable<Next> send(Outgoing outgoing, transfer::Persistence persistence) {
        const transfer::HttpResponse& response = outgoing.response;
        if (response.body.length == 0) {
            co_return co_await answer(response, persistence);
        }
        if (!slot_ || slot_for_ != outgoing.urn) {
            slot_.release();
            auto verdict = service_->desk->ask(remote_, outgoing.urn);
            if (auto* more = std::get_if<std::vector<transfer::HeaderField>>(&verdict)) {
                more->insert(more->end(), outgoing.alternates.begin(), outgoing.alternates.end());
                co_return co_await refuse(transfer::HttpStatus::service_unavailable, persistence, *more);
            }
            slot_ = std::get<UploadSlot>(std::move(verdict));
            slot_for_ = outgoing.urn;
        }
        error_code error;
        const auto open = [&outgoing, &error] { return outgoing.open(error); };
        const ServedFile file = co_await on_disk(service_->disk, open);
        if (error) {
            slot_.release();
            service_->counters->files_not_shared.fetch_add(1, std::memory_order_relaxed);
            co_return co_await refuse(transfer::HttpStatus::not_found, persistence);
        }
        Upload upload(service_, outgoing.name, remote_, response.body.length);
        const SendProgress progress = [this, &upload](std::uint64_t bytes) {
            upload.sent(bytes);
            watch_.progress();
        };
        watch_.start(service_->settings.transfer_timeout, report_interval, [&upload] { upload.report(); });
        error = co_await send_file_paced(stream_, pacer_, service_->disk, response.head, file, response.body, progress);
        watch_.stop();
        if (error == Error::file_changed) {
            service_->counters->files_not_shared.fetch_add(1, std::memory_order_relaxed);
        }
        const bool to_the_end = response.body.first + response.body.length == outgoing.size;
        if (error || to_the_end || after(persistence) != Next::exchange) {
            slot_.release();  // before it is told: who hears of the end may come for it
        }
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
        pacer_.cancel();
        abort_stream(stream_);
    }

    Stream stream_;
    std::shared_ptr<HttpService> service_;
    Endpoint remote_;
    // Kept from request to request: the next one may have come with the last.
    boost::beast::flat_buffer buffer_;
    TransferWatch watch_;
    Pacer pacer_;
    // Kept for the next range of the same file: see Settings::upload_grace.
    UploadSlot slot_;
    Urn slot_for_{Sha1{}};
    error_code interrupted_;
};

}  // namespace gnutella::net
