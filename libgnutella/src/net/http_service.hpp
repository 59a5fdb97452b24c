#pragma once

#include "net/alternates.hpp"
#include "net/bandwidth_limit.hpp"
#include "net/disk_pool.hpp"
#include "net/transfer_counters.hpp"
#include "net/upload_desk.hpp"
#include "transfer/catalogue.hpp"
#include "transfer/partial_files.hpp"

#include <gnutella/event.hpp>
#include <gnutella/settings.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace gnutella::net {

/// What all HTTP connections of a node share.
struct HttpService {
    HttpService(std::shared_ptr<DiskQueue> disk_queue, const Settings& the_settings,
                std::shared_ptr<transfer::Catalogue> files, std::shared_ptr<TransferCounters> transfer_counters,
                std::function<void(Event)> emit_event)
        : disk(std::move(disk_queue)),
          settings(the_settings),
          catalogue(std::move(files)),
          counters(std::move(transfer_counters)),
          emit(std::move(emit_event)),
          desk(std::make_shared<UploadDesk>(settings, counters)),
          upload_limit(std::make_shared<BandwidthLimit>(settings.upload_limit)),
          alternates(std::make_shared<Alternates>(settings.max_alternate_locations, counters)) {}

    std::shared_ptr<DiskQueue> disk;
    Settings settings;
    std::shared_ptr<transfer::Catalogue> catalogue;
    std::shared_ptr<TransferCounters> counters;
    /// May be called from any thread.
    std::function<void(Event)> emit;

    std::shared_ptr<UploadDesk> desk;
    std::shared_ptr<BandwidthLimit> upload_limit;
    std::shared_ptr<Alternates> alternates;
    std::atomic<std::uint64_t> last_upload_id{0};

    /// The files that are being downloaded; nullptr while there are none. From any thread.
    std::shared_ptr<transfer::PartialFiles> partial_files() const {
        const std::scoped_lock lock(mutex_);
        return partial_files_;
    }
    void share_partial_files(std::shared_ptr<transfer::PartialFiles> files) {
        const std::scoped_lock lock(mutex_);
        partial_files_ = std::move(files);
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<transfer::PartialFiles> partial_files_;
};

}  // namespace gnutella::net
