#pragma once

#include "net/disk_pool.hpp"
#include "net/transfer_counters.hpp"

#include <gnutella/event.hpp>
#include <gnutella/settings.hpp>

#include <functional>
#include <memory>

namespace gnutella::net {

/// What all downloads of a node share.
struct DownloadService {
    std::shared_ptr<DiskQueue> disk;
    Settings settings;
    std::shared_ptr<TransferCounters> counters;
    /// May be called from any thread.
    std::function<void(Event)> emit;
};

}  // namespace gnutella::net
