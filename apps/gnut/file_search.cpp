#include "file_search.hpp"

#include "found_file.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace gnut {

namespace {

gnutella::QueryRequest request_for(const Target& target, std::chrono::milliseconds timeout) {
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
    return request;
}

}  // namespace

awaitable<SearchResult> search_for_file(gnutella::Peer& peer, Target target, std::chrono::milliseconds timeout) {
    constexpr std::chrono::milliseconds settle_time{300};
    boost::asio::steady_timer settled(co_await boost::asio::this_coro::executor);
    bool settling = false;
    SearchResult result;
    gnutella::Query query = peer.query(request_for(target, timeout));
    while (true) {
        auto [error, hit] = co_await query.async_next(as_result);
        if (error || !hit) {
            result.error = error;
            break;
        }
        if (is_exact(*hit, target) && !settling) {
            settling = true;
            settled.expires_after(settle_time);
            settled.async_wait([query](const gnutella::error_code& cancelled) mutable {
                if (!cancelled) {
                    query.cancel();
                }
            });
        }
        result.hits.push_back(*std::move(hit));
    }
    co_return result;
}

}  // namespace gnut
