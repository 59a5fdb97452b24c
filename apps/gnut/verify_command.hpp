#pragma once

#include "exit_code.hpp"
#include "options.hpp"

namespace gnut {

/// gnut verify: says whether a file is what a URN or magnet link names.
ExitCode run_verify(const VerifyOptions& options);

}  // namespace gnut
