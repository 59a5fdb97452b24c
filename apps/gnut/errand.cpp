#include "errand.hpp"

#include "complaint.hpp"
#include "refusals.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <memory>

namespace gnut {

namespace {

namespace asio = boost::asio;

awaitable<ExitCode> start_and_run(gnutella::Peer& peer, const Errand& errand) {
    const auto [error] = co_await peer.async_start(as_result);
    if (error) {
        complain(error);
        co_return ExitCode::failed;
    }
    co_return co_await errand(peer);
}

/// How each of several attempts to connect went; outlives the wait for them.
struct Attempts {
    Attempts(gnutella::Peer& peer, const asio::any_io_executor& executor) : refusals(peer), changed(executor) {}
    Refusals refusals;
    std::size_t open = 0;
    std::vector<gnutella::Endpoint> pending;
    asio::steady_timer changed;
};

void note(Attempts& attempts, const gnutella::Endpoint& endpoint, const gnutella::error_code& error) {
    std::erase(attempts.pending, endpoint);
    if (!error || error == gnutella::Error::already_connected) {
        ++attempts.open;
    } else {
        attempts.refusals.complain(endpoint, error);
    }
    attempts.changed.cancel();
}

}  // namespace

gnutella::Settings errand_settings(const Dialects& dialects) {
    gnutella::Settings settings;
    settings.dialects = dialects;
    settings.port = 0;
    return settings;
}

ExitCode run_errand(const Errand& errand, gnutella::Settings settings) {
    asio::io_context context(1);
    gnutella::Peer peer(context.get_executor(), std::move(settings));
    asio::cancellation_signal cancel;
    asio::signal_set signals(context, SIGINT, SIGTERM);
    int interrupted_by = 0;
    signals.async_wait([&](const gnutella::error_code& error, int signal) {
        if (!error) {
            interrupted_by = signal;
            signals.clear();  // a second one ends the process at once
            cancel.emit(asio::cancellation_type::terminal);
        }
    });

    ExitCode result = ExitCode::failed;
    std::exception_ptr failure;
    asio::co_spawn(context, start_and_run(peer, errand),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr thrown, ExitCode code) {
                       failure = thrown;
                       result = code;
                       peer.async_stop([&](const gnutella::error_code&) { signals.cancel(); });
                   }));
    context.run();

    if (interrupted_by != 0) {
        std::signal(interrupted_by, SIG_DFL);
        std::raise(interrupted_by);
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    return result;
}

awaitable<std::size_t> open_sessions(gnutella::Peer& peer, std::vector<gnutella::Endpoint> endpoints) {
    constexpr std::chrono::seconds grace{1};
    const auto executor = co_await asio::this_coro::executor;
    const auto attempts = std::make_shared<Attempts>(peer, executor);
    std::ranges::sort(endpoints);
    endpoints.erase(std::unique(endpoints.begin(), endpoints.end()), endpoints.end());
    attempts->pending = endpoints;
    for (const auto& endpoint : endpoints) {
        peer.async_connect(
            endpoint, asio::bind_executor(
                          executor, [attempts, endpoint](const gnutella::error_code& error, const gnutella::Session&) {
                              note(*attempts, endpoint, error);
                          }));
    }
    auto deadline = asio::steady_timer::time_point::max();
    while (!attempts->pending.empty() && asio::steady_timer::clock_type::now() < deadline) {
        if (attempts->open > 0 && deadline == asio::steady_timer::time_point::max()) {
            deadline = asio::steady_timer::clock_type::now() + grace;
        }
        attempts->changed.expires_at(deadline);
        co_await attempts->changed.async_wait(as_result);
    }
    for (const auto& endpoint : attempts->pending) {
        complain(endpoint.to_string(), gnutella::Error::connect_timed_out);
    }
    co_return attempts->open;
}

}  // namespace gnut
