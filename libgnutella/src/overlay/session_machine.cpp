#include "overlay/session_machine.hpp"

namespace gnutella::overlay {

SessionMachine::Step SessionMachine::ping_came() const {
    return state_ == State::awaiting_ping ? Step::answer_and_open : Step::answer;
}

SessionMachine::Step SessionMachine::pong_came(const Guid& id, PeerKind from) {
    if (state_ == State::awaiting_ping) {
        return Step::refuse;
    }
    // A legacy PONG may carry any id, or none.
    if (!pong_expected_ || (from == PeerKind::modern && id != ping_id_)) {
        return Step::unexpected;
    }
    pong_expected_ = false;
    return state_ == State::awaiting_pong ? Step::open : Step::update;
}

SessionMachine::Step SessionMachine::message_came() const {
    switch (state_) {
        case State::awaiting_ping:
            return Step::refuse;
        case State::awaiting_pong:
            // A legacy peer that was accepted is a neighbour to its own mind before it has answered.
            return Step::none;
        case State::open:
            break;
    }
    return Step::handle;
}

void SessionMachine::pinged(const Guid& id, TimePoint now) {
    ping_id_ = id;
    quiet_since_ = now;
    pong_expected_ = true;
    if (is_open()) {
        ++unanswered_;
    }
}

SessionMachine::Step SessionMachine::time_came(const Times& times, TimePoint now) const {
    if (now < deadline(times)) {
        return Step::none;
    }
    return is_open() && unanswered_ < times.max_unanswered_pings ? Step::ping : Step::give_up;
}

TimePoint SessionMachine::deadline(const Times& times) const {
    return is_open() ? quiet_since_ + times.ping_interval : began_ + times.handshake_timeout;
}

}  // namespace gnutella::overlay
