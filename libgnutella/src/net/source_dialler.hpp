#pragma once

#include "net/address.hpp"
#include "net/cancellation.hpp"
#include "net/channel.hpp"
#include "net/dial.hpp"
#include "net/download_service.hpp"
#include "net/kept_connections.hpp"
#include "net/push_requests.hpp"
#include "net/quic_dialler.hpp"
#include "transfer/source_pool.hpp"

#include <gnutella/error.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/hit.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace gnutella::net {

/// Reaches sources over TCP: connects to them, or has them connect to us, plainly or in TLS. A dialler is what has
/// these members: `Stream`, an AsyncReadStream and AsyncWriteStream with an abort_stream; `transport`; `dial`, which
/// gives one that stands; and `keep`, for one that can be used again.
class TcpDialler {
  public:
    using Stream = Channel;
    static constexpr Transport transport = Transport::http;

    struct Dialled {
        /// Set unless there is an error.
        std::optional<Stream> stream;
        error_code error;
        /// To be kept as long as the stream.
        std::shared_ptr<void> ticket = {};
        /// It was kept: see was_stale.
        bool used_before = false;
    };

    /// Servents that could not be connected to, and came when they were asked.
    using Comers = std::set<Guid>;

    /// @param strand that of the download. @param pushes null where there is no way to ask for a connection.
    /// @param comers those known; others are added.
    TcpDialler(boost::asio::any_io_executor strand, std::chrono::milliseconds limit,
               std::shared_ptr<PushRequests> pushes, Comers& comers, KeptConnections& kept)
        : strand_(std::move(strand)), limit_(limit), pushes_(std::move(pushes)), comers_(comers), kept_(kept) {}

    /// One that says that it cannot be connected to is asked to connect first, as is one of which that is known; any
    /// other when it could not be reached. Errors: those of net::dial.
    boost::asio::awaitable<Dialled> dial(const Hit& hit) {
        if (auto kept = kept_.take(hit)) {
            co_return Dialled{std::move(kept->channel), {}, std::move(kept->ticket), true};
        }
        const bool can_push = pushes_ && pushes_->can_ask(hit);
        const bool push_first = can_push && (hit.firewalled || comers_.contains(*hit.peer));
        Dialled dialled;
        if (push_first) {
            dialled = co_await await_push(hit);
            if (!dialled.error || dialled.error == boost::asio::error::operation_aborted) {
                co_return dialled;
            }
        }
        dialled = co_await connect(hit);
        const bool unreachable = dialled.error == Error::cannot_connect || dialled.error == Error::connect_timed_out;
        if (can_push && !push_first && unreachable) {
            Dialled pushed = co_await await_push(hit);
            if (!pushed.error) {
                comers_.insert(*hit.peer);
                co_return pushed;
            }
        }
        co_return dialled;
    }

    /// @param dialled which has answered in full, and not said that it closes.
    void keep(const Hit& hit, Dialled dialled) {
        kept_.keep(hit, {*std::move(dialled.stream), std::move(dialled.ticket)});
    }

  private:
    boost::asio::awaitable<Dialled> connect(const Hit& hit) {
        Channel::Socket socket(strand_);
        Dialled dialled;
        dialled.error = co_await net::dial(socket, hit.source, limit_);
        if (!dialled.error) {
            dialled.stream.emplace(std::move(socket));
        }
        co_return dialled;
    }

    boost::asio::awaitable<Dialled> await_push(const Hit& hit) {
        auto outcome = co_await pushes_->dial(strand_, hit);
        Dialled dialled;
        if (auto* arrived = std::get_if<PushedConnections::Arrived>(&outcome)) {
            dialled.stream.emplace(std::move(arrived->channel));
            dialled.ticket = std::move(arrived->ticket);
        } else {
            dialled.error = std::get<error_code>(outcome);
        }
        co_return dialled;
    }

    boost::asio::any_io_executor strand_;
    std::chrono::milliseconds limit_;
    std::shared_ptr<PushRequests> pushes_;
    Comers& comers_;
    KeptConnections& kept_;
};

/// Whether a connection failed only because it was kept: the source was tired of waiting for the request, or closes
/// after each answer and does not say so. Another one is to be dialled.
template <class Dialled>
bool was_stale(const Dialled& dialled, const error_code& error) {
    return dialled.used_before && error == Error::source_closed;
}

/// The two ends of a connection, in numbers; without hosts when it is gone already.
struct ConnectionEnds {
    Endpoint near;
    Endpoint far;
};
inline ConnectionEnds ends_of(const Channel& channel) {
    error_code ignored;
    return {to_endpoint(channel.socket().local_endpoint(ignored)),
            to_endpoint(channel.socket().remote_endpoint(ignored))};
}
inline ConnectionEnds ends_of(const QuicStream& stream) {
    return {to_endpoint(stream.local_endpoint()), to_endpoint(stream.remote_endpoint())};
}

/// How an attempt to use a source ended.
struct Attempt {
    error_code error;
    /// Whether it could be reached; if not, another transport may do.
    enum class Reach : std::uint8_t { reached, unreachable } reach = Reach::reached;
};

/// The ways to the sources of one download. On its strand.
class SourceDialler {
  public:
    SourceDialler(const boost::asio::any_io_executor& strand, const DownloadService& service)
        : strand_(strand), service_(service), limit_(service.settings.connect_timeout), kept_(strand) {}

    using Word = transfer::SourcePool::Word;

    /// Calls `use(dialler)` for one transport after another, of those that the hit names and we have, until the source
    /// is reached over one. One with another key than its hit's is an impostor, and not asked over another transport;
    /// but others must not be able to say so of it.
    /// @param use gives an awaitable<Attempt>; lives as long as the call.
    template <class Use>
    boost::asio::awaitable<error_code> reach(const Hit& hit, const Use& use, Word word = Word::its_own) {
        Attempt attempt{Error::no_source};
        const auto endpoint = service_.quic();
        const std::vector<Transport> ways = ways_to(hit, endpoint != nullptr);
        for (const Transport way : ways) {
            if (way == Transport::quic) {
                // Where datagrams do not get through nobody says so. There is another way, which is not to wait long.
                const auto patience = service_.settings.quic_fallback_timeout;
                const auto limit = ways.size() > 1 ? std::min(limit_, patience) : limit_;
                QuicDialler dialler(strand_, endpoint, limit);
                attempt = co_await use(dialler);
            } else {
                TcpDialler dialler(strand_, limit_, service_.pushes(), comers_, kept_);
                attempt = co_await use(dialler);
            }
            const bool cancelled = co_await is_cancelled();
            const bool impostor = attempt.error == Error::wrong_key && word == Word::its_own;
            if (cancelled || impostor || !attempt.error || attempt.reach == Attempt::Reach::reached) {
                co_return attempt.error;
            }
            if (way == Transport::quic) {
                without_quic_.insert(hit.source);
            }
        }
        co_return attempt.error;
    }

  private:
    std::vector<Transport> ways_to(const Hit& hit, bool have_quic) const {
        std::vector<Transport> ways;
        for (const Transport way : service_.settings.transports) {
            const bool named = std::ranges::count(hit.transports, way) > 0 ||
                               (hit.transports.empty() && way == Transport::http);  // a magnet link's
            const bool can = way == Transport::http || (have_quic && hit.key);
            if (named && can) {
                ways.push_back(way);
            }
        }
        if (ways.size() > 1 && without_quic_.contains(hit.source)) {
            std::erase(ways, Transport::quic);
        }
        return ways;
    }

    boost::asio::any_io_executor strand_;
    const DownloadService& service_;
    std::chrono::milliseconds limit_;
    std::set<Endpoint> without_quic_;  // those that could not be reached over it
    TcpDialler::Comers comers_;
    KeptConnections kept_;
};

}  // namespace gnutella::net
