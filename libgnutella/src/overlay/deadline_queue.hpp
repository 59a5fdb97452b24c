#pragma once

#include "overlay/time_point.hpp"

#include <gnutella/session_info.hpp>

#include <optional>
#include <set>
#include <utility>

namespace gnutella::overlay {

/// When each session is to be looked at next. A timer is not moved by each message that comes, which would cost: when
/// it is due, the session says whether it has been heard meanwhile, and the timer is armed anew.
class DeadlineQueue {
  public:
    /// One session's timer, kept by the session.
    class Timer {
        friend class DeadlineQueue;
        TimePoint at_ = TimePoint::max();
    };

    /// Sets the timer, whether it is set or not.
    void arm(SessionId session, Timer& timer, TimePoint at);
    void disarm(SessionId session, Timer& timer);

    /// A session whose timer is due. It stays so until it is armed or disarmed.
    std::optional<SessionId> due(TimePoint now) const;

    /// TimePoint::max() when no timer is set.
    TimePoint earliest() const { return timers_.empty() ? TimePoint::max() : timers_.begin()->first; }

  private:
    std::set<std::pair<TimePoint, SessionId>> timers_;
};

}  // namespace gnutella::overlay
