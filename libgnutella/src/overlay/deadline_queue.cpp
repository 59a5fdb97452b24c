#include "overlay/deadline_queue.hpp"

namespace gnutella::overlay {

void DeadlineQueue::arm(SessionId session, Timer& timer, TimePoint at) {
    if (timer.at_ == at) {
        return;
    }
    auto node = timers_.extract({timer.at_, session});
    timer.at_ = at;
    if (node.empty()) {
        timers_.emplace(at, session);
        return;
    }
    node.value() = {at, session};
    timers_.insert(std::move(node));
}

void DeadlineQueue::disarm(SessionId session, Timer& timer) {
    timers_.erase({timer.at_, session});
    timer.at_ = TimePoint::max();
}

std::optional<SessionId> DeadlineQueue::due(TimePoint now) const {
    if (timers_.empty() || timers_.begin()->first > now) {
        return std::nullopt;
    }
    return timers_.begin()->second;
}

}  // namespace gnutella::overlay
