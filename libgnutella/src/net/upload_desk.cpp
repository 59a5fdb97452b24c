#include "net/upload_desk.hpp"

#include <boost/asio/ip/address.hpp>

namespace gnutella::net {

namespace {

using transfer::HeaderField;
using transfer::UploadQueue;

// A wait of less than a second cannot be told.
std::chrono::seconds told(std::chrono::milliseconds wait) {
    return std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds(1));
}

transfer::UploadQueueLimits queue_limits_of(const Settings& settings) {
    transfer::UploadQueueLimits limits;
    limits.slots = settings.max_uploads;
    limits.slots_per_address = settings.max_uploads_per_address;
    limits.waiting = settings.max_waiting_uploads;
    limits.poll_min = told(settings.upload_poll_min);
    limits.poll_max = std::max(told(settings.upload_poll_max), limits.poll_min);
    return limits;
}

// Programs on this host share an address, and are not limited by it.
transfer::AddressLimit address_limit_of(const std::string& address) {
    error_code error;
    const auto numeric = boost::asio::ip::make_address(address, error);
    return !error && numeric.is_loopback() ? transfer::AddressLimit::exempt : transfer::AddressLimit::counts;
}

}  // namespace

UploadSlot& UploadSlot::operator=(UploadSlot&& other) noexcept {
    if (this != &other) {
        release();
        desk_ = std::move(other.desk_);
        address_ = std::move(other.address_);
    }
    return *this;
}

void UploadSlot::release() noexcept {
    if (const auto desk = std::exchange(desk_, nullptr)) {
        desk->release(address_);
    }
}

UploadDesk::UploadDesk(const Settings& settings, std::shared_ptr<TransferCounters> counters)
    : counters_(std::move(counters)),
      poll_max_(std::max(told(settings.upload_poll_max), told(settings.upload_poll_min))),
      queue_(queue_limits_of(settings)) {}

std::variant<UploadSlot, std::vector<HeaderField>> UploadDesk::ask(const Endpoint& to, const Urn& urn) {
    const transfer::UploadAsker asker{to.host, urn.to_string()};
    std::unique_lock lock(mutex_);
    const auto verdict = queue_.ask(asker, address_limit_of(to.host), UploadQueue::Clock::now());
    counters_->upload_places_lost.store(queue_.places_lost(), std::memory_order_relaxed);
    lock.unlock();
    if (std::holds_alternative<UploadQueue::Admitted>(verdict)) {
        return UploadSlot(shared_from_this(), to.host);
    }
    std::vector<HeaderField> fields;
    if (const auto* place = std::get_if<transfer::QueuePosition>(&verdict)) {
        counters_->uploads_queued.fetch_add(1, std::memory_order_relaxed);
        fields.push_back({"Retry-After", std::to_string(place->poll_min.count())});
        fields.push_back({"X-Queue", queue_position_text(*place)});
    } else {
        counters_->uploads_refused.fetch_add(1, std::memory_order_relaxed);
        fields.push_back({"Retry-After", std::to_string(poll_max_.count())});
    }
    return fields;
}

void UploadDesk::release(const std::string& address) {
    const std::scoped_lock lock(mutex_);
    queue_.release(address);
}

}  // namespace gnutella::net
