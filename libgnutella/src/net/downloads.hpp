#pragma once

#include "net/disk_pool.hpp"
#include "net/download_state.hpp"
#include "net/part_registry.hpp"
#include "net/transfer_counters.hpp"
#include "store/store.hpp"
#include "transfer/file_writer.hpp"
#include "transfer/own_location.hpp"

#include <gnutella/download.hpp>
#include <gnutella/event.hpp>
#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gnutella::net {

class Alternates;
class PushRequests;
class QuicEndpoint;

/// The downloads of a node: at most Settings::max_downloads run, the others wait for their turn. All functions may be
/// called from any thread.
class Downloads {
  public:
    /// @param executor each download gets a strand of it.
    /// @param alternates who else has which file.
    /// @param emit called for each DownloadProgress, from any thread, also shortly after this is destroyed: it must
    ///     not refer to what may be gone by then.
    Downloads(boost::asio::any_io_executor executor, const DiskPool& disk, const Settings& settings,
              std::shared_ptr<TransferCounters> counters, std::shared_ptr<Alternates> alternates,
              std::function<void(Event)> emit, transfer::FileWriter& writer = transfer::FileWriter::system());
    /// As stop(), without waiting.
    ~Downloads();
    Downloads(const Downloads&) = delete;
    Downloads& operator=(const Downloads&) = delete;

    /// Begins one, or puts it in the queue. What it cannot do is what waiting for it gives. When a durable one for that
    /// file and folder is there already, that one goes on, with these sources too.
    std::shared_ptr<Download::State> start(DownloadRequest request);

    /// Keeps durable downloads in that store from now on, and begins those that are in it. Once.
    void restore(std::shared_ptr<store::Store> store);

    /// Fetches over QUIC too, from now on.
    void use(std::shared_ptr<QuicEndpoint> quic);

    /// Tells the sources of files, from now on, that what is here of them can be fetched there.
    void announce(transfer::OwnPort port);

    /// Has sources that cannot be connected to connect to us, from now on.
    void use(std::shared_ptr<PushRequests> pushes);

    /// A hit of a search: who has a file that is being downloaded is one more source of it.
    void offer(const Hit& hit) const;

    /// Fetches a small file into memory: see MemoryFetches::start.
    void fetch_into_memory(Hit hit, std::function<void(error_code, std::string)> done) const;

    /// Those that have not ended.
    std::vector<std::shared_ptr<Download::State>> list() const;

    /// What of them can be served already.
    std::shared_ptr<PartRegistry> parts() const;

    /// Ends all with Error::stopped, and every one started later. What has arrived is kept.
    /// @param done called once, when all have ended: at once, or on a strand.
    void stop(std::function<void()> done);

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace gnutella::net
