#pragma once

#include "net/disk_pool.hpp"
#include "store/store.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace gnutella::net {

/// Writes to the store what becomes of durable downloads: on the disk threads, one thing after another. Any thread may
/// call any function. What is written before there is a store waits for it.
class DownloadLog : public std::enable_shared_from_this<DownloadLog> {
  public:
    using Task = std::function<void(store::Store& store)>;

    explicit DownloadLog(std::shared_ptr<DiskQueue> disk) : disk_(std::move(disk)) {}

    void use(std::shared_ptr<store::Store> store);
    /// Does it soon, after all that was written before; also while the disk threads end.
    void write(Task task);

  private:
    void begin_when_possible();
    void work();

    std::shared_ptr<DiskQueue> disk_;
    std::mutex mutex_;
    std::shared_ptr<store::Store> store_;
    std::deque<Task> tasks_;
    bool working_ = false;
};

}  // namespace gnutella::net
