#include "opening.hpp"

#include "amounts.hpp"
#include "complaint.hpp"
#include "errand.hpp"
#include "printable.hpp"
#include "refusals.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

namespace gnut {

namespace {

namespace asio = boost::asio;
using Clock = asio::steady_timer::clock_type;

Clock::time_point end_of(Patience patience) {
    return patience ? Clock::now() + *patience : Clock::time_point::max();
}

std::string too_late(const gnutella::Endpoint& endpoint, std::chrono::milliseconds patience) {
    return printable(endpoint.to_string()) + ": no answer within " + format_duration(patience) +
           "; check the host and the port, or give a longer --timeout";
}

/// How each of several attempts to connect went; outlives the wait for them.
struct Attempts {
    Attempts(gnutella::Peer& peer, const asio::any_io_executor& executor, Complain to)
        : refusals(peer), complain(std::move(to)), changed(executor) {}
    Refusals refusals;
    Complain complain;
    std::vector<gnutella::Session> sessions;
    bool late = false;
    std::vector<gnutella::Endpoint> pending;
    asio::steady_timer changed;
};

void note(Attempts& attempts, const gnutella::Endpoint& endpoint, const gnutella::error_code& error,
          const gnutella::Session& session) {
    if (std::erase(attempts.pending, endpoint) == 0) {
        return;  // it was complained of
    }
    if (!error) {
        attempts.sessions.push_back(session);
    } else if (error == gnutella::Error::already_connected && !attempts.sessions.empty()) {
        // The same peer by another name.
    } else if (error != asio::error::operation_aborted) {
        attempts.complain(attempts.refusals.sentence(endpoint, error));
        attempts.late = attempts.late || exit_code_of(error) == ExitCode::not_found;
    }
    attempts.changed.cancel();
}

}  // namespace

awaitable<Opened> open_sessions(gnutella::Peer& peer, std::vector<gnutella::Endpoint> endpoints, Patience patience,
                                Complain complain) {
    constexpr std::chrono::seconds grace{1};
    const auto executor = co_await asio::this_coro::executor;
    const auto attempts = std::make_shared<Attempts>(peer, executor, std::move(complain));
    std::ranges::sort(endpoints);
    endpoints.erase(std::unique(endpoints.begin(), endpoints.end()), endpoints.end());
    attempts->pending = endpoints;
    for (const auto& endpoint : endpoints) {
        peer.async_connect(endpoint,
                           asio::bind_executor(executor, [attempts, endpoint](const gnutella::error_code& error,
                                                                              const gnutella::Session& session) {
                               note(*attempts, endpoint, error, session);
                           }));
    }
    auto deadline = end_of(patience);
    bool settling = false;
    while (!attempts->pending.empty() && Clock::now() < deadline) {
        if (!attempts->sessions.empty() && !settling) {
            settling = true;
            deadline = std::min<Clock::time_point>(deadline, Clock::now() + grace);
        }
        attempts->changed.expires_at(deadline);
        co_await attempts->changed.async_wait(as_result);
    }
    for (const auto& endpoint : std::exchange(attempts->pending, {})) {
        attempts->complain(patience && !settling
                               ? too_late(endpoint, *patience)
                               : complaint_about(endpoint.to_string(), gnutella::Error::connect_timed_out));
        attempts->late = true;
    }
    Opened opened;
    opened.sessions = std::move(attempts->sessions);
    if (!opened.sessions.empty()) {
        opened.result = ExitCode::done;
    } else if (attempts->late) {
        opened.result = ExitCode::not_found;
    }
    co_return opened;
}

}  // namespace gnut
