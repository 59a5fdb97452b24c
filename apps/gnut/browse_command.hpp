#pragma once

#include "exit_code.hpp"
#include "options.hpp"

namespace gnut {

/// gnut browse: lists all files that a peer shares.
ExitCode run_browse(const BrowseOptions& options);

}  // namespace gnut
