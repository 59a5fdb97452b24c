#include "overlay/host_seeker.hpp"

namespace gnutella::overlay {

void HostSeeker::begin(TimePoint now, Random& random) {
    if (host_ || next_ != TimePoint::max()) {
        return;
    }
    if (enough_since_) {
        back_off_.lasted(std::chrono::floor<std::chrono::microseconds>(now - *enough_since_));
        enough_since_.reset();
        next_ = now + back_off_.next(random);
    } else {
        next_ = now + BackOff::jittered(retry_interval_, random);
    }
}

void HostSeeker::end(TimePoint now) {
    host_.reset();
    tried_ = 0;
    next_ = TimePoint::max();
    if (!enough_since_) {
        enough_since_ = now;
    }
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
