#pragma once

#include "net/download_service.hpp"
#include "net/no_throw.hpp"
#include "net/source_answer_reader.hpp"
#include "net/source_dialler.hpp"
#include "net/stream_end.hpp"
#include "net/transfer_watch.hpp"
#include "transfer/source_claims.hpp"
#include "transfer/source_naming.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>

#include <string>
#include <utility>

namespace gnutella::net {

/// Asks by HEAD over a connection what the file of a hit is.
/// @param goes_on set to whether the connection can be used for another request.
template <class Stream>
boost::asio::awaitable<error_code> inquire_over(Stream& stream, const DownloadService& service,
                                                boost::asio::any_io_executor strand, const Hit& hit,
                                                transfer::SourceClaims& claims, bool& goes_on) {
    bool stalled = false;
    TransferWatch watch(strand);
    watch.on_stall([&stream, &stalled] {
        stalled = true;
        abort_stream(stream);
    });
    watch.start(service.settings.tree_timeout);
    const std::string head = transfer::inquiry_head(hit, service.settings.agent);
    const auto request = boost::asio::buffer(head);
    const auto [write_error, written] = co_await boost::asio::async_write(stream, request, no_throw);
    if (write_error) {
        co_return explain(write_error);
    }
    boost::beast::flat_buffer buffer(service.settings.max_http_header);
    AnswerParser parser;
    prepare(parser, service.settings.max_http_header);
    const auto [error, count] = co_await boost::beast::http::async_read_header(stream, buffer, parser, no_throw);
    if (!error) {
        claims = transfer::claims_of(describe(parser));
        goes_on = goes_on_after_head(parser) && buffer.size() == 0;
    }
    co_return stalled ? error_code(Error::source_timed_out) : explain(error);
}

/// Asks a source by HEAD what the file of its hit is: its Urn, when the hit names none, and the root of its tree.
/// @param hit with an Urn, or with a number. @param claims is filled in.
/// @return an attempt without an error also when the source has nothing to say.
template <class Dialler>
boost::asio::awaitable<Attempt> inquire(const DownloadService& service, boost::asio::any_io_executor strand,
                                        const Hit& hit, transfer::SourceClaims& claims, Dialler& dialler) {
    for (;;) {
        auto dialled = co_await dialler.dial(hit);
        if (dialled.error) {
            co_return Attempt{dialled.error, Attempt::Reach::unreachable};
        }
        bool goes_on = false;
        const error_code error = co_await inquire_over(*dialled.stream, service, strand, hit, claims, goes_on);
        if (was_stale(dialled, error)) {
            continue;
        }
        if (goes_on) {
            dialler.keep(hit, std::move(dialled));
        }
        co_return Attempt{error, Attempt::Reach::reached};
    }
}

}  // namespace gnutella::net
