#pragma once

#include "hash_tree.hpp"
#include "net/download_service.hpp"
#include "net/no_throw.hpp"
#include "net/source_answer_reader.hpp"
#include "net/source_dialler.hpp"
#include "net/stream_end.hpp"
#include "net/transfer_watch.hpp"
#include "transfer/thex.hpp"
#include "transfer/tree_request.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>

namespace gnutella::net {

/// Asks one source for a file's Tiger tree, and believes it when it has the root that the file's Urn names.
template <class Dialler>
class TreeFetcher {
  public:
    using Stream = typename Dialler::Stream;

    TreeFetcher(const DownloadService& service, const boost::asio::any_io_executor& strand, const Urn& urn,
                const Hit& source, Dialler& dialler)
        : service_(service), urn_(urn), source_(source), dialler_(dialler), watch_(strand) {}

    /// Gives success without a tree when the source has none that is of use. Errors: source_lied when it is none, or
    /// that of something else; those of the connection.
    boost::asio::awaitable<Attempt> run(std::optional<HashTree>& tree) {
        for (;;) {
            auto dialled = co_await dialler_.dial(source_);
            if (dialled.error) {
                co_return Attempt{dialled.error, Attempt::Reach::unreachable};
            }
            const error_code error = co_await use(*dialled.stream, tree);
            if (was_stale(dialled, error)) {
                continue;
            }
            if (keeps_alive_ && !error) {
                dialler_.keep(source_, std::move(dialled));
            }
            co_return Attempt{error, Attempt::Reach::reached};
        }
    }

  private:
    boost::asio::awaitable<error_code> use(Stream& stream, std::optional<HashTree>& tree) {
        bool stalled = false;
        watch_.on_stall([&stream, &stalled] {
            stalled = true;
            abort_stream(stream);
        });
        watch_.start(service_.settings.tree_timeout);
        const error_code error = co_await ask(stream, tree);
        watch_.stop();
        co_return stalled ? error_code(Error::source_timed_out) : error;
    }

    boost::asio::awaitable<error_code> ask(Stream& stream, std::optional<HashTree>& tree) {
        const std::string head = transfer::tree_request_head(urn_, source_.source.to_string(), service_.settings.agent);
        const auto request = boost::asio::buffer(head);
        const auto [write_error, written] = co_await boost::asio::async_write(stream, request, no_throw);
        if (write_error) {
            co_return explain(write_error);
        }
        boost::beast::flat_buffer buffer;
        boost::beast::http::response_parser<boost::beast::http::string_body> parser;
        parser.header_limit(static_cast<std::uint32_t>(service_.settings.max_http_header));
        parser.body_limit(transfer::max_thex_size(source_.size));
        const auto [error, count] = co_await boost::beast::http::async_read(stream, buffer, parser, no_throw);
        if (error) {
            co_return explain(error);
        }
        keeps_alive_ = parser.keep_alive() && buffer.size() == 0;
        if (parser.get().result_int() != 200) {
            co_return error_code{};
        }
        const std::string& body = parser.get().body();
        auto read = transfer::read_thex(std::as_bytes(std::span(body)), source_.size, *urn_.tiger());
        if (const auto* fault = std::get_if<transfer::ThexFault>(&read)) {
            co_return *fault == transfer::ThexFault::too_shallow ? error_code() : Error::source_lied;
        }
        tree = std::get<HashTree>(std::move(read));
        co_return error_code{};
    }

    const DownloadService& service_;
    const Urn& urn_;
    const Hit& source_;
    Dialler& dialler_;
    TransferWatch watch_;
    bool keeps_alive_ = false;
};

template <class Dialler>
boost::asio::awaitable<Attempt> fetch_tree(const DownloadService& service, boost::asio::any_io_executor strand,
                                           const Urn& urn, const Hit& source, std::optional<HashTree>& tree,
                                           Dialler& dialler) {
    TreeFetcher<Dialler> fetcher(service, strand, urn, source, dialler);
    co_return co_await fetcher.run(tree);
}

}  // namespace gnutella::net
