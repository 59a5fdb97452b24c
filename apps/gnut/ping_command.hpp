#pragma once

#include "exit_code.hpp"
#include "options.hpp"

namespace gnut {

/// gnut ping: opens a session and prints what the peer says of itself.
ExitCode run_ping(const PingOptions& options);

}  // namespace gnut
