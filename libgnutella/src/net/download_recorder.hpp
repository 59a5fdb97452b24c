#pragma once

#include "hash_tree.hpp"
#include "net/download_log.hpp"
#include "store/download_record.hpp"
#include "transfer/block_map.hpp"

#include <gnutella/error.hpp>
#include <gnutella/hit.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gnutella::net {

/// Keeps one durable download in the store. All functions on one strand.
class DownloadRecorder {
  public:
    /// @param record as it is in the store, or is to be.
    DownloadRecorder(std::shared_ptr<DownloadLog> log, store::DownloadRecord record)
        : log_(std::move(log)), record_(std::move(record)) {}

    /// Puts it into the store. Calls `failed` on a disk thread if that cannot be.
    void add(std::function<void()> failed);

    /// The tree that was kept, if it is that of the file.
    std::optional<HashTree> tree() const;

    void keep_size(std::uint64_t size);
    void keep_tree(const HashTree& tree);
    /// At most once in two seconds.
    void keep_blocks(const transfer::BlockMap& blocks);
    /// At once: it is not known when there will be others.
    void keep_last_blocks(const transfer::BlockMap& blocks);
    void keep_sources(std::vector<Hit> sources);
    /// Unless that is what was kept last.
    void keep_paused(bool paused);

    /// The download has ended: it is forgotten, unless it may go on when a Peer starts, here or in another process.
    void end(const error_code& error);

  private:
    std::shared_ptr<DownloadLog> log_;
    store::DownloadRecord record_;
    // Whether it was `add` that put it there; what is written to the store knows, one after another.
    std::shared_ptr<bool> is_ours_ = std::make_shared<bool>(false);
    std::chrono::steady_clock::time_point next_blocks_{};
};

}  // namespace gnutella::net
