#include "errand.hpp"

#include "complaint.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>

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

}  // namespace

gnutella::Settings errand_settings(const Dialects& dialects, Patience patience) {
    gnutella::Settings settings;
    settings.dialects = dialects;
    settings.port = 0;
    settings.may_be_remembered = false;
    if (patience) {
        // A tenth is left for the connections: the last dialect is to fail before the patience is over, as it knows
        // why.
        const auto turn =
            std::max(*patience * 9 / 10 / static_cast<int>(dialects.size()), std::chrono::milliseconds(1));
        settings.handshake_timeout = std::min(settings.handshake_timeout, turn);
        settings.gnutella_handshake_timeout = std::min(settings.gnutella_handshake_timeout, turn);
    }
    return settings;
}

ExitCode exit_code_of(const gnutella::error_code& error) noexcept {
    using gnutella::Error;
    const bool late =
        error == Error::no_pong || error == Error::handshake_timed_out || error == Error::connect_timed_out;
    const bool nobody_has_it = error == Error::no_source || error == Error::source_lacks_file ||
                               error == Error::size_mismatch || error == Error::source_lied ||
                               error == Error::hash_mismatch;
    if (error == Error::bad_query) {
        return ExitCode::wrong_usage;
    }
    return late || nobody_has_it ? ExitCode::not_found : ExitCode::failed;
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

}  // namespace gnut
