#pragma once

#include "net/dial.hpp"

#include <gnutella/error.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace gnutella::net {

/// Reaches sources over TCP. A dialler is what has these members: `Stream`, an AsyncReadStream and AsyncWriteStream
/// with an abort_stream; `transport`; and `dial`, which gives one that stands.
class TcpDialler {
  public:
    using Stream = boost::asio::ip::tcp::socket;
    static constexpr Transport transport = Transport::http;

    struct Dialled {
        /// Set unless there is an error.
        std::optional<Stream> stream;
        error_code error;
    };

    /// @param strand that of the download.
    TcpDialler(boost::asio::any_io_executor strand, std::chrono::milliseconds limit)
        : strand_(std::move(strand)), limit_(limit) {}

    /// Errors: those of net::dial.
    boost::asio::awaitable<Dialled> dial(const Hit& hit) {
        Dialled dialled;
        dialled.stream.emplace(strand_);
        dialled.error = co_await net::dial(*dialled.stream, hit.source, limit_);
        if (dialled.error) {
            dialled.stream.reset();
        }
        co_return dialled;
    }

  private:
    boost::asio::any_io_executor strand_;
    std::chrono::milliseconds limit_;
};

/// How an attempt to use a source ended.
struct Attempt {
    error_code error;
    /// Whether it could be reached; if not, another transport may do.
    enum class Reach : std::uint8_t { reached, unreachable } reach = Reach::reached;
};

/// The ways to the sources of one download.
class SourceDialler {
  public:
    SourceDialler(const boost::asio::any_io_executor& strand, const Settings& settings)
        : tcp_(strand, settings.connect_timeout) {}

    /// The transports that we have, best first.
    static std::vector<Transport> ways(const Settings&) { return {Transport::http}; }

    /// Calls `use(dialler)` for one transport after another, of those that the hit names and we have, until the source
    /// is reached over one. @param use gives an awaitable<Attempt>; lives as long as the call.
    template <class Use>
    boost::asio::awaitable<error_code> reach(const Hit& hit, const Use& use) {
        static_cast<void>(hit);  // every source that is asked has HTTP
        const Attempt attempt = co_await use(tcp_);
        co_return attempt.error;
    }

  private:
    TcpDialler tcp_;
};

}  // namespace gnutella::net
