#pragma once

#include "overlay/time_point.hpp"

#include <gnutella/error.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/session_info.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace gnutella::overlay {

/// Whether a message came from a peer that speaks only what the seed describes.
enum class PeerKind : std::uint8_t { legacy, modern };

/// One neighbour's handshake and keep-alive (docs/json-dialect.md, "A session"): each event in, what to do out. The
/// side that connects PINGs, the other answers PONG. An open session is PINGed after silence, and given up when it
/// stays silent; any message is a sign of life.
class SessionMachine {
  public:
    struct Times {
        std::chrono::milliseconds handshake_timeout;
        std::chrono::milliseconds ping_interval;
        std::size_t max_unanswered_pings;
    };
    enum class State : std::uint8_t {
        awaiting_pong,  ///< we connected, and have sent a PING
        awaiting_ping,  ///< they connected, and must send one
        open,
    };
    enum class Step : std::uint8_t {
        none,
        handle,           ///< the message is to be handled
        answer,           ///< send a PONG
        answer_and_open,  ///< the same, and call open(), unless the peer is not wanted
        open,             ///< call open(), unless the peer is not wanted
        update,           ///< the PONG was asked for: take what it tells
        unexpected,       ///< nobody asked for that PONG
        refuse,           ///< not what a session begins with: BYE 400 and close
        ping,             ///< send a PING and call pinged()
        give_up,          ///< close, with failure()
    };

    SessionMachine(Direction direction, TimePoint now)
        : state_(direction == Direction::outgoing ? State::awaiting_pong : State::awaiting_ping),
          began_(now),
          quiet_since_(now) {}

    State state() const { return state_; }
    bool is_open() const { return state_ == State::open; }

    /// Anything came. To be called before the event itself.
    void heard(TimePoint now) {
        quiet_since_ = now;
        unanswered_ = 0;
    }
    Step ping_came() const;
    Step pong_came(const Guid& id, PeerKind from);
    /// A QUERY or a QUERY-HIT came.
    Step message_came() const;
    void open() { state_ = State::open; }
    /// A PING of that id was sent.
    void pinged(const Guid& id, TimePoint now);

    /// What is due at `now`: ping, give_up, or nothing yet.
    Step time_came(const Times& times, TimePoint now) const;
    /// When time_came() has something to say if nothing is heard until then.
    TimePoint deadline(const Times& times) const;

    /// Why the session ends when nothing more is heard.
    Error failure() const { return state_ == State::awaiting_pong ? Error::no_pong : Error::silent; }
    TimePoint began() const { return began_; }

  private:
    State state_;
    std::uint32_t unanswered_ = 0;
    bool pong_expected_ = false;
    Guid ping_id_;
    TimePoint began_;
    /// When something was last heard, or last asked.
    TimePoint quiet_since_;
};

}  // namespace gnutella::overlay
