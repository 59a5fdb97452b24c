#pragma once

#include "net/download_service.hpp"
#include "net/source_answer_reader.hpp"
#include "net/source_dialler.hpp"
#include "net/source_reader.hpp"
#include "net/stream_end.hpp"
#include "net/transfer_watch.hpp"
#include "transfer/source_naming.hpp"

#include <gnutella/error.hpp>
#include <gnutella/hit.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

namespace gnutella::net {

/// Fetches a whole file of one source into a text, over one connection after another.
template <class Dialler>
class MemoryFetcher {
  public:
    using Stream = typename Dialler::Stream;

    /// @param hit,content must live as long as this.
    MemoryFetcher(const DownloadService& service, const boost::asio::any_io_executor& strand, const Hit& hit,
                  std::string& content, Dialler& dialler)
        : service_(service), hit_(hit), content_(content), dialler_(dialler), naming_(hit), watch_(strand) {}

    boost::asio::awaitable<Attempt> run() {
        auto reach = Attempt::Reach::unreachable;
        error_code error;
        while (!error && content_.size() < hit_.size) {
            auto dialled = co_await dialler_.dial(hit_);
            if (dialled.error) {
                co_return Attempt{dialled.error, reach};
            }
            reach = Attempt::Reach::reached;
            const std::size_t before = content_.size();
            const bool by_urn = !naming_.indexed();
            error = co_await use(*dialled.stream);
            const bool went_on = content_.size() > before || by_urn != !naming_.indexed();
            if (!error && !went_on) {
                error = Error::source_closed;
            }
        }
        co_return Attempt{error, reach};
    }

  private:
    boost::asio::awaitable<error_code> use(Stream& stream) {
        SourceReader<Stream> reader(stream, service_.settings.max_http_header);
        watch_.on_stall([this, &stream] {
            stalled_ = true;
            abort_stream(stream);
        });
        watch_.start(service_.settings.transfer_timeout);
        error_code error;
        bool goes_on = true;
        while (goes_on) {
            error = co_await exchange(reader);
            goes_on = !error && content_.size() < hit_.size && reader.keeps_alive();
        }
        watch_.stop();
        co_return stalled_ ? error_code(Error::source_timed_out) : explain(error);
    }

    boost::asio::awaitable<error_code> exchange(SourceReader<Stream>& reader) {
        const transfer::PieceRequest request{*hit_.urn, content_.size(), hit_.size, {}, naming_.indexed()};
        const std::string host = hit_.source.to_string();
        auto answer = co_await reader.ask(request, host, service_.settings.agent);
        if (naming_.has_another(answer.error)) {
            co_return error_code{};
        }
        std::uint64_t skip = answer.plan.skip;
        std::uint64_t rest = answer.error ? 0 : skip + answer.plan.keep;
        error_code error = answer.error;
        std::string room(4096, '\0');
        while (rest > 0 && !error) {
            const auto part = std::as_writable_bytes(std::span(room))
                                  .first(static_cast<std::size_t>(std::min<std::uint64_t>(room.size(), rest)));
            const std::size_t count = co_await reader.read_some(part, error);
            watch_.progress();
            const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(count, skip));
            skip -= skipped;
            rest -= count;
            content_.append(room, skipped, count - skipped);
        }
        co_return error;
    }

    const DownloadService& service_;
    const Hit& hit_;
    std::string& content_;
    Dialler& dialler_;
    transfer::SourceNaming naming_;
    TransferWatch watch_;
    bool stalled_ = false;
};

template <class Dialler>
boost::asio::awaitable<Attempt> fetch_into_memory(const DownloadService& service, boost::asio::any_io_executor strand,
                                                  const Hit& hit, std::string& content, Dialler& dialler) {
    MemoryFetcher<Dialler> fetcher(service, strand, hit, content, dialler);
    co_return co_await fetcher.run();
}

}  // namespace gnutella::net
