#pragma once

#include "net/download_service.hpp"

#include <gnutella/error.hpp>
#include <gnutella/hit.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace gnutella::net {

/// Fetches small files of one source into memory: what a node does for who asked it, and cannot fetch himself. Any
/// thread may call any function.
class MemoryFetches : public std::enable_shared_from_this<MemoryFetches> {
  public:
    /// Files that are fetched at once; no more are begun.
    static constexpr std::size_t most_at_once = 16;
    /// Bytes of one.
    static constexpr std::size_t max_size = 64 * 1024;

    /// @param executor each fetch gets a strand of it.
    MemoryFetches(boost::asio::any_io_executor executor, std::shared_ptr<DownloadService> service)
        : executor_(std::move(executor)), service_(std::move(service)) {}

    /// Fetches a file, and verifies it.
    /// @param done called once, on some strand, with the content unless there is an error: no_source (it has no Urn, is
    ///     too large, or too many are fetched), stopped, and those of a download.
    void start(Hit hit, std::function<void(error_code, std::string)> done);

    /// Ends all, and every one started later.
    void stop();

  private:
    struct Fetch;
    static boost::asio::awaitable<error_code> run(std::shared_ptr<MemoryFetches> self, std::shared_ptr<Fetch> fetch);

    const boost::asio::any_io_executor executor_;
    const std::shared_ptr<DownloadService> service_;
    std::mutex mutex_;
    bool stopped_ = false;
    std::list<std::shared_ptr<Fetch>> fetches_;
};

}  // namespace gnutella::net
