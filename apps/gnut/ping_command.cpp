#include "ping_command.hpp"

#include "amounts.hpp"
#include "describe.hpp"
#include "errand.hpp"
#include "json_lines.hpp"
#include "opening.hpp"
#include "printable.hpp"

#include <array>
#include <cstdio>
#include <iostream>

namespace gnut {

namespace {

std::string milliseconds(std::chrono::microseconds time) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f ms", static_cast<double>(time.count()) / 1000);
    return text.data();
}

std::string describe_answer(const gnutella::Endpoint& peer, const gnutella::SessionInfo& session) {
    std::string line = printable(peer.to_string()) + ": ";
    if (session.legacy) {
        line += "legacy peer (it does not say what it is, nor what it shares)";
    } else if (session.dialect == gnutella::Dialect::gnutella) {
        line += describe_gnutella(session);
    } else {
        line += printable(session.agent) + ", shares " + format_count(session.files, "file") + ", " +
                format_bytes(session.bytes);
    }
    return line + ", round trip " + milliseconds(session.round_trip);
}

awaitable<ExitCode> ping(gnutella::Peer& peer, const PingOptions& options) {
    const std::vector endpoints{options.peer};
    const Opened opened = co_await open_sessions(peer, endpoints, options.patience, to_standard_error);
    if (opened.result != ExitCode::done) {
        co_return opened.result;
    }
    const gnutella::SessionInfo session = opened.sessions.front().info();
    std::cout << (options.format == Format::json_lines ? json_line(options.peer, session)
                                                       : describe_answer(options.peer, session))
              << '\n';
    co_return ExitCode::done;
}

}  // namespace

ExitCode run_ping(const PingOptions& options) {
    return run_errand([&options](gnutella::Peer& peer) { return ping(peer, options); },
                      errand_settings(options.dialects, options.patience));
}

}  // namespace gnut
