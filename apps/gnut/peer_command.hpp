#pragma once

#include "exit_code.hpp"
#include "options.hpp"

namespace gnut {

/// gnut peer: runs a node until Ctrl+C, SIGTERM or `quit`.
ExitCode run_peer(const PeerOptions& options);

}  // namespace gnut
