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
/// @param patience in which each of the dialects gets its turn.
gnutella::Settings errand_settings(const Dialects& dialects, Patience patience = {});

/// Runs a node until the errand is done; then says BYE.
/// Ctrl+C and SIGTERM cancel the errand, and end the process by that signal once it has cleaned up.
ExitCode run_errand(const Errand& errand, gnutella::Settings settings);

/// What a command ends with that failed so: a peer that does not answer in time is no broken network.
ExitCode exit_code_of(const gnutella::error_code& error) noexcept;

}  // namespace gnut
