#pragma once

#include "net/alternates.hpp"
#include "net/bandwidth_limit.hpp"
#include "net/disk_pool.hpp"
#include "net/transfer_counters.hpp"
#include "net/upload_desk.hpp"
#include "transfer/catalogue.hpp"
#include "transfer/partial_files.hpp"
#include "transfer/request_target.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/event.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/settings.hpp>

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace gnutella::net {

/// Passes a Push on to a neighbour. @param to where the neighbour is to connect to. @return false when there is no such
/// neighbour.
using PassPush = std::function<boost::asio::awaitable<bool>(transfer::PushProxyTarget wanted, Endpoint to)>;

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
    /// Lists of all files that are being sent.
    std::atomic<std::size_t> listings{0};
    static constexpr std::size_t max_listings = 8;

    /// The files that are being downloaded; nullptr while there are none. From any thread.
    std::shared_ptr<transfer::PartialFiles> partial_files() const {
        const std::scoped_lock lock(mutex_);
        return partial_files_;
    }
    void share_partial_files(std::shared_ptr<transfer::PartialFiles> files) {
        const std::scoped_lock lock(mutex_);
        partial_files_ = std::move(files);
    }

    /// What a list of files says of this node, and who passes Pushes on: the session half of the node, once it listens.
    struct Node {
        Guid servent;
        std::uint16_t port = 0;
        PassPush pass_push;
    };
    /// From any thread.
    Node node() const {
        const std::scoped_lock lock(mutex_);
        return node_;
    }
    void introduce(Node node) {
        const std::scoped_lock lock(mutex_);
        node_ = std::move(node);
    }

  private:
    mutable std::mutex mutex_;
    Node node_;
    std::shared_ptr<transfer::PartialFiles> partial_files_;
};

}  // namespace gnutella::net
