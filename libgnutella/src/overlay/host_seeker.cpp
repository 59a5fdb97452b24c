#include "overlay/host_seeker.hpp"

namespace gnutella::overlay {

void HostSeeker::begin(TimePoint now, Random& random) {
    if (host_ || next_ != TimePoint::max()) {
        return;
    }
    next_ = now + BackOff::jittered(retry_interval_, random);
}

void HostSeeker::end() {
    host_.reset();
    failures_ = 0;
    back_off_.reset();
    next_ = TimePoint::max();
}

void HostSeeker::trying(const Endpoint& host) {
    host_ = host;
    next_ = TimePoint::max();
}

void HostSeeker::opened(TimePoint now, Random& random) {
    end();
    begin(now, random);
}

void HostSeeker::failed(std::size_t known, TimePoint now, Random& random) {
    host_.reset();
    if (++failures_ < known) {
        next_ = now + BackOff::jittered(retry_interval_, random);
        return;
    }
    failures_ = 0;
    next_ = now + back_off_.next(random);
}

}  // namespace gnutella::overlay
