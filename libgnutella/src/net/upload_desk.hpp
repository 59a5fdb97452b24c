#pragma once

#include "net/transfer_counters.hpp"
#include "transfer/http_response.hpp"
#include "transfer/upload_queue.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/settings.hpp>
#include <gnutella/urn.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace gnutella::net {

class UploadDesk;

/// The right to send a file; free again when this is released or destroyed.
class UploadSlot {
  public:
    /// None.
    UploadSlot() = default;
    UploadSlot(UploadSlot&& other) noexcept : desk_(std::move(other.desk_)), address_(std::move(other.address_)) {}
    UploadSlot& operator=(UploadSlot&& other) noexcept;
    ~UploadSlot() { release(); }

    explicit operator bool() const noexcept { return desk_ != nullptr; }
    void release() noexcept;

  private:
    friend class UploadDesk;
    UploadSlot(std::shared_ptr<UploadDesk> desk, std::string address)
        : desk_(std::move(desk)), address_(std::move(address)) {}

    std::shared_ptr<UploadDesk> desk_;
    std::string address_;
};

/// Where uploads wait for their turn: the UploadQueue of a node, for the connections of many strands.
class UploadDesk : public std::enable_shared_from_this<UploadDesk> {
  public:
    UploadDesk(const Settings& settings, std::shared_ptr<TransferCounters> counters);

    /// @param to the far end: a numeric address.
    /// @return a slot, or what a 503 must say: when to come again, and the place in the queue when there is one.
    std::variant<UploadSlot, std::vector<transfer::HeaderField>> ask(const Endpoint& to, const Urn& urn);

  private:
    friend class UploadSlot;
    void release(const std::string& address);

    std::shared_ptr<TransferCounters> counters_;
    std::chrono::seconds poll_max_;
    std::mutex mutex_;
    transfer::UploadQueue queue_;
};

}  // namespace gnutella::net
