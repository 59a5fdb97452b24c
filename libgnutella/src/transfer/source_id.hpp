#pragma once

#include <cstddef>

namespace gnutella::transfer {

/// Names a source of one download.
using SourceId = std::size_t;

}  // namespace gnutella::transfer
