#pragma once

#include "net/alternates.hpp"
#include "net/bandwidth_limit.hpp"
#include "net/disk_pool.hpp"
#include "net/part_registry.hpp"
#include "net/push_requests.hpp"
#include "net/quic/quic_endpoint.hpp"
#include "net/transfer_counters.hpp"
#include "transfer/file_writer.hpp"
#include "transfer/own_location.hpp"
#include "transfer/ring_memory.hpp"

#include <gnutella/event.hpp>
#include <gnutella/settings.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace gnutella::net {

/// What all downloads of a node share.
struct DownloadService {
    std::shared_ptr<DiskQueue> disk;
    Settings settings;
    std::shared_ptr<TransferCounters> counters;
    /// May be called from any thread.
    std::function<void(Event)> emit;
    /// What all of them together may fetch.
    std::shared_ptr<BandwidthLimit> limit;
    /// The parts that can be served while they grow.
    std::shared_ptr<PartRegistry> parts;
    /// Who else has which file.
    std::shared_ptr<Alternates> alternates;
    /// Where bytes wait for the disk.
    std::shared_ptr<transfer::RingMemory> memory = std::make_shared<transfer::RingMemory>();
    /// How bytes get into parts.
    transfer::FileWriter* writer = &transfer::FileWriter::system();

    /// QUIC, where the node has it and as soon as it listens; else nullptr. From any thread.
    std::shared_ptr<QuicEndpoint> quic() const {
        const std::scoped_lock lock(mutex_);
        return quic_;
    }
    void use(std::shared_ptr<QuicEndpoint> quic) {
        const std::scoped_lock lock(mutex_);
        quic_ = std::move(quic);
    }

    /// Where parts can be fetched from here, as soon as that is known. From any thread.
    transfer::OwnPort own_port() const {
        const std::scoped_lock lock(mutex_);
        return own_port_;
    }
    void serves_at(transfer::OwnPort port) {
        const std::scoped_lock lock(mutex_);
        own_port_ = std::move(port);
    }

    /// How to have sources connect to us, once the node listens; else nullptr. From any thread.
    std::shared_ptr<PushRequests> pushes() const {
        const std::scoped_lock lock(mutex_);
        return pushes_;
    }
    void use(std::shared_ptr<PushRequests> pushes) {
        const std::scoped_lock lock(mutex_);
        pushes_ = std::move(pushes);
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<PushRequests> pushes_;
    std::shared_ptr<QuicEndpoint> quic_;
    transfer::OwnPort own_port_;
};

}  // namespace gnutella::net
