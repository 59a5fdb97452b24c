#pragma once

#include "options.hpp"

#include <gnutella/settings.hpp>

namespace gnut {

/// Tells a node how files are to move.
inline void apply(const TransferOptions& options, gnutella::Settings& settings) {
    settings.upload_limit = options.upload_limit;
    settings.download_limit = options.download_limit;
    settings.transports = options.transports;
}

}  // namespace gnut
