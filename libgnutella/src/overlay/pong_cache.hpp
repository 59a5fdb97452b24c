#pragma once

#include "wire/ip_address.hpp"

#include <gnutella/session_info.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace gnutella::overlay {

/// The hosts that pongs of Gnutella 0.6 told of lately, for the pings of others (0.6, 2.2.4.1): ten of each session,
/// and not more than 200 in all. One session cannot drive out what others told.
class PongCache {
  public:
    static constexpr std::size_t max_of_a_session = 10;
    static constexpr std::size_t max_pongs = 200;
    /// Of extensions that are kept; a pong with more is kept without.
    static constexpr std::size_t max_extensions = 256;

    struct Pong {
        SessionId from = 0;
        wire::IpAddress address;
        std::uint16_t port = 0;
        std::uint64_t files = 0;
        std::uint64_t bytes = 0;
        /// As it came in.
        std::uint8_t hops = 0;
        std::string extensions{};
    };

    /// Keeps it, in place of the oldest of that session, or of all; of one host that the session told of before only
    /// the later.
    void add(Pong pong);
    /// The session is gone.
    void forget(SessionId session);

    /// Calls `visit(const Pong&)` with those that others than `except` told of, the latest first, until it gives false.
    template <class Visit>
    void visit(SessionId except, Visit&& visitor) const {
        for (const Pong& pong : pongs_) {
            if (pong.from != except && !visitor(pong)) {
                return;
            }
        }
    }
    std::size_t size() const { return pongs_.size(); }

  private:
    std::deque<Pong> pongs_;  // the latest first
};

}  // namespace gnutella::overlay
