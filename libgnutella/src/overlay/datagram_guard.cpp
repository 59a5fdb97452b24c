#include "overlay/datagram_guard.hpp"

#include <chrono>

namespace gnutella::overlay {

namespace {

constexpr std::chrono::seconds window{1};

}  // namespace

void DatagramGuard::session_opened(const wire::IpAddress& address) {
    ++sessions_[address];
}

void DatagramGuard::session_closed(const wire::IpAddress& address) {
    const auto found = sessions_.find(address);
    if (found != sessions_.end() && --found->second == 0) {
        sessions_.erase(found);
    }
}

DatagramGuard::Verdict DatagramGuard::allow(const wire::IpAddress& to, TimePoint now) {
    if (!to.is_local() && !sessions_.contains(to)) {
        return Verdict::refused;
    }
    if (per_second_ == 0) {
        return Verdict::excess;
    }
    auto found = recent_.find(to);
    if (found == recent_.end()) {
        if (!has_room(now)) {
            return Verdict::excess;
        }
        found = recent_.try_emplace(to).first;
    }
    Recent& recent = found->second;
    if (recent.times.size() < per_second_) {
        recent.times.push_back(now);
    } else if (now - recent.times[recent.oldest] >= window) {
        recent.times[recent.oldest] = now;
        recent.oldest = (recent.oldest + 1) % per_second_;
    } else {
        return Verdict::excess;
    }
    recent.last = now;
    return Verdict::allowed;
}

// Whether one more address can be remembered. Those that nothing went to for a second are forgotten; they are looked
// for once a second at most, so that a flood of addresses costs no more than its share.
bool DatagramGuard::has_room(TimePoint now) {
    if (recent_.size() < max_addresses_) {
        return true;
    }
    if (now < next_sweep_) {
        return false;
    }
    next_sweep_ = now + window;
    std::erase_if(recent_, [now](const auto& entry) { return now - entry.second.last >= window; });
    return recent_.size() < max_addresses_;
}

}  // namespace gnutella::overlay
