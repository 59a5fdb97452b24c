#pragma once

#include <cstddef>

namespace gnutella {

/// How often the calling thread has allocated memory by `new` so far, in this test program.
std::size_t allocations_of_this_thread() noexcept;

}  // namespace gnutella
