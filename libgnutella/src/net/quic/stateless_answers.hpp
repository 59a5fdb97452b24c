#pragma once

#include "net/quic/identity_key.hpp"

#include <boost/asio/ip/udp.hpp>

#include <ngtcp2/ngtcp2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace gnutella::net {

/// What a server says to packets that belong to no connection, keeping nothing of them. Each function writes one packet
/// and returns its size: 0 when there is nothing to say. None is longer than three times what it answers.
class StatelessAnswers {
  public:
    /// Room that every answer has enough of.
    static constexpr std::size_t room = 1200;
    using Room = std::span<std::uint8_t, room>;

    /// @param identity the secret comes from it, so that packets of a connection from before a restart are known.
    explicit StatelessAnswers(const IdentityKey& identity);

    /// The token by which the far end knows that the connection of this id is no more (RFC 9000, 10.3).
    void make_reset_token(const ngtcp2_cid& id, std::span<std::uint8_t> token) const;

    /// Tells a client of another version which one is spoken here (RFC 9000, 6).
    std::size_t write_version_negotiation(Room to, const ngtcp2_version_cid& asked) const;

    /// Has a client show that it gets what is sent to its address (RFC 9000, 8.1.2).
    /// @param size that of the client's datagram.
    std::size_t write_retry(Room to, const ngtcp2_pkt_hd& initial, const boost::asio::ip::udp::endpoint& from,
                            std::size_t size, ngtcp2_tstamp now) const;

    /// The id that the client chose at first, if this comes back with the token of a Retry that was sent to that very
    /// address a short while ago.
    std::optional<ngtcp2_cid> check_retry(const ngtcp2_pkt_hd& initial, const boost::asio::ip::udp::endpoint& from,
                                          ngtcp2_tstamp now) const;

    /// Refuses a connection. @param code such as NGTCP2_CONNECTION_REFUSED.
    std::size_t write_refusal(Room to, const ngtcp2_pkt_hd& initial, std::uint64_t code) const;

    /// Tells the far end of a connection that is not known (any more) so. Shorter than the packet that it answers, so
    /// that two who do not know each other soon end.
    std::size_t write_reset(Room to, const ngtcp2_cid& id, std::size_t size) const;

  private:
    std::array<std::uint8_t, 32> secret_;
};

}  // namespace gnutella::net
