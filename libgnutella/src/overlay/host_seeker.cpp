#include "overlay/host_seeker.hpp"

#include <utility>

namespace gnutella::overlay {

void HostSeeker::begin(std::size_t known, TimePoint now, Random& random) {
    if (host_ || next_ != TimePoint::max()) {
        return;
    }
    const auto opened_at = std::exchange(opened_at_, std::nullopt);
    const auto put_off = std::exchange(put_off_, std::nullopt);
    if (opened_at) {
        const auto lasted = std::chrono::floor<std::chrono::microseconds>(now - *opened_at);
        if (!back_off_.lasted(lasted)) {
            tried(known, now, random);
            return;
        }
        tried_ = 0;
    }
    next_ = put_off && *put_off > now ? *put_off : now + BackOff::jittered(retry_interval_, random);
}

void HostSeeker::end() {
    if (next_ != TimePoint::max()) {
        put_off_ = next_;
    }
    host_.reset();
    next_ = TimePoint::max();
}

void HostSeeker::opened(TimePoint now) {
    end();
    opened_at_ = now;
}

void HostSeeker::trying(const Endpoint& host) {
    host_ = host;
    next_ = TimePoint::max();
}

void HostSeeker::tried(std::size_t known, TimePoint now, Random& random) {
    host_.reset();
    if (++tried_ < known) {
        next_ = now + BackOff::jittered(retry_interval_, random);
        return;
    }
    tried_ = 0;
    next_ = now + back_off_.next(random);
}

}  // namespace gnutella::overlay
