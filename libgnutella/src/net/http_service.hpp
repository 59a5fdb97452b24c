#pragma once

#include "net/disk_pool.hpp"
#include "net/transfer_counters.hpp"
#include "transfer/catalogue.hpp"

#include <gnutella/event.hpp>
#include <gnutella/settings.hpp>

#include <atomic>
#include <functional>
#include <memory>

namespace gnutella::net {

/// What all HTTP connections of a node share.
struct HttpService {
    std::shared_ptr<DiskQueue> disk;
    Settings settings;
    std::shared_ptr<transfer::Catalogue> catalogue;
    std::shared_ptr<TransferCounters> counters;
    /// May be called from any thread.
    std::function<void(Event)> emit;

    std::atomic<std::uint64_t> last_upload_id{0};
    /// At most Settings::max_uploads.
    std::atomic<std::size_t> uploads_running{0};
};

}  // namespace gnutella::net
