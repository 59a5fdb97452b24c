#include "net/connection_counts.hpp"

namespace gnutella::net {

std::shared_ptr<void> ConnectionCounts::admit(const wire::IpAddress& address) {
    if (address.is_loopback()) {
        return std::make_shared<char>();
    }
    const std::lock_guard lock(mutex_);
    std::size_t& count = counts_[address];
    if (count >= most_per_address_) {
        return nullptr;
    }
    ++count;
    return std::shared_ptr<void>(this, [self = shared_from_this(), address](void*) { self->release(address); });
}

void ConnectionCounts::release(const wire::IpAddress& address) {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(address);
    if (found != counts_.end() && --found->second == 0) {
        counts_.erase(found);
    }
}

}  // namespace gnutella::net
