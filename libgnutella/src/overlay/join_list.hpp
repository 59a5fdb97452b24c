#pragma once

#include "overlay/back_off.hpp"
#include "overlay/random.hpp"
#include "overlay/time_point.hpp"

#include <gnutella/endpoint.hpp>

#include <chrono>
#include <optional>
#include <vector>

namespace gnutella::overlay {

/// The neighbours that are wanted, by the names that a user gave, and when each is to be tried again.
class JoinList {
  public:
    JoinList(std::chrono::milliseconds retry_interval, std::chrono::milliseconds max_retry_interval)
        : retry_interval_(retry_interval), max_retry_interval_(max_retry_interval) {}

    /// Wants it from now on; take_due() gives it at once. Nothing changes when it is wanted already.
    void want(const Endpoint& neighbour, TimePoint now);
    void forget(const Endpoint& neighbour);
    void clear();
    bool wants(const Endpoint& neighbour) const;
    bool empty() const { return entries_.empty(); }

    /// A session with it is open: the waits begin anew with the next loss, if it has lasted (BackOff::lasted()).
    void opened(const Endpoint& neighbour, TimePoint now);
    /// The open session with it has ended: tried again after the next wait.
    void lost(const Endpoint& neighbour, TimePoint now, Random& random);
    /// It was tried and could not be had: the same. @return false when it was not being tried; nothing changes then.
    bool failed(const Endpoint& neighbour, TimePoint now, Random& random);
    /// It was tried, and another session leads to the same peer: tried again when that may be gone, or after the
    /// longest wait.
    void reached_otherwise(const Endpoint& neighbour, TimePoint now, Random& random);
    /// Some open session has ended: it may be the one that reached_otherwise() was about.
    void session_lost(TimePoint now, Random& random);

    /// A neighbour that is to be tried now; it counts as being tried from then on.
    std::optional<Endpoint> take_due(TimePoint now);
    /// TimePoint::max() when none is to be tried.
    TimePoint next_deadline() const { return next_; }

  private:
    enum class State { waiting, trying, open, reached_otherwise };
    struct Entry {
        Endpoint neighbour;
        BackOff back_off;
        State state = State::waiting;
        /// When it is tried again; since when it is open.
        TimePoint at;
    };

    Entry* find(const Endpoint& neighbour, State state);
    static void wait(Entry& entry, TimePoint now, Random& random);
    void update_next();

    std::chrono::milliseconds retry_interval_;
    std::chrono::milliseconds max_retry_interval_;
    std::vector<Entry> entries_;
    TimePoint next_ = TimePoint::max();
};

}  // namespace gnutella::overlay
