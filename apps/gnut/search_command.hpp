#pragma once

#include "exit_code.hpp"
#include "options.hpp"

namespace gnut {

/// gnut search: prints each hit as it comes, until the time is over.
ExitCode run_search(const SearchOptions& options);

}  // namespace gnut
