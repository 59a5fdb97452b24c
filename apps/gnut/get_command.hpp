#pragma once

#include "exit_code.hpp"
#include "options.hpp"

namespace gnut {

/// gnut get: finds a file, fetches it, and says what was verified.
ExitCode run_get(const GetOptions& options);

}  // namespace gnut
