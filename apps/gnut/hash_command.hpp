#pragma once

#include "exit_code.hpp"
#include "options.hpp"

namespace gnut {

/// gnut hash: prints what each file is; goes on after one that cannot be read.
ExitCode run_hash(const HashOptions& options);

}  // namespace gnut
