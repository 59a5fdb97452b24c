#pragma once

#include "awaiting.hpp"
#include "exit_code.hpp"
#include "options.hpp"

#include <gnutella/peer.hpp>

#include <functional>

namespace gnut {

/// What a short-lived node is started for.
using Errand = std::function<awaitable<ExitCode>(gnutella::Peer& peer)>;

/// Settings of a node that shares nothing, keeps nothing and listens on a free port.
gnutella::Settings errand_settings(const Dialects& dialects);

/// Runs a node until the errand is done; then says BYE.
/// Ctrl+C and SIGTERM cancel the errand, and end the process by that signal once it has cleaned up.
ExitCode run_errand(const Errand& errand, gnutella::Settings settings);

/// Opens sessions with these peers, and complains of each that cannot be reached. When one is open the others get a
/// second more: a search should not wait for one that is down. @return how many are open.
awaitable<std::size_t> open_sessions(gnutella::Peer& peer, std::vector<gnutella::Endpoint> endpoints);

}  // namespace gnut
