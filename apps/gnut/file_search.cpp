#include "file_search.hpp"

#include "found_file.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <tuple>
#include <utility>
#include <variant>

namespace gnut {

namespace {

// Also those that came between the end of the waiting and the beginning of the download.
awaitable<void> add_sources(gnutella::Query query, gnutella::Download download, gnutella::Urn urn) {
    while (true) {
        auto [error, hit] = co_await query.async_next(as_result);
        if (error || !hit) {
            co_return;
        }
        if (hit->urn && hit->urn->same_file(urn)) {
            download.add_source(*std::move(hit));
        }
    }
}

}  // namespace

gnutella::Query begin_search(gnutella::Peer& peer, const Target& target, std::chrono::milliseconds timeout) {
    gnutella::QueryRequest request;
    request.timeout = timeout;
    if (const auto* name = std::get_if<std::string>(&target)) {
        request.text = *name;
    } else if (const auto* magnet = std::get_if<gnutella::Magnet>(&target)) {
        request.text = magnet->name;
        request.urn = magnet->urn;
    } else {
        request.urn = std::get<gnutella::Urn>(target);
    }
    return peer.query(std::move(request));
}

awaitable<SearchResult> search_for_file(gnutella::Peer& peer, Target target, std::chrono::milliseconds timeout) {
    using boost::asio::experimental::awaitable_operators::operator||;
    constexpr std::chrono::milliseconds settle_time{300};
    boost::asio::steady_timer settled(co_await boost::asio::this_coro::executor,
                                      boost::asio::steady_timer::time_point::max());
    bool settling = false;
    SearchResult result;
    result.query = begin_search(peer, target, timeout);
    while (true) {
        auto next_hit = result.query.async_next(as_result);
        auto enough = settled.async_wait(as_result);
        auto first = co_await (std::move(next_hit) || std::move(enough));
        if (first.index() == 1) {
            std::tie(result.error) = std::get<1>(first);  // aborted, unless it is settled
            break;
        }
        auto& [error, hit] = std::get<0>(first);
        if (error || !hit) {
            result.error = error;
            break;
        }
        if (is_exact(*hit, target) && !settling) {
            settling = true;
            settled.expires_after(settle_time);
        }
        result.hits.push_back(*std::move(hit));
    }
    co_return result;
}

void join_later(gnutella::Peer& peer, gnutella::Query query, gnutella::Download download,
                const std::optional<gnutella::Urn>& urn) {
    if (urn) {
        boost::asio::co_spawn(peer.executor(), add_sources(std::move(query), std::move(download), *urn),
                              boost::asio::detached);
    }
}

}  // namespace gnut
