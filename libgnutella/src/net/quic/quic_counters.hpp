#pragma once

#include <gnutella/statistics.hpp>

#include <atomic>
#include <cstdint>

namespace gnutella::net {

/// What an endpoint has done and refused. Each may be read from any thread.
struct QuicCounters {
    std::atomic<std::uint64_t> connections{0};          ///< whose handshake was completed, both ways
    std::atomic<std::uint64_t> refused_connections{0};  ///< beyond a bound of Settings, or with a forged token
    std::atomic<std::uint64_t> failed_handshakes{0};    ///< that did not come to an end, or to a good one
    std::atomic<std::uint64_t> retries{0};              ///< addresses that had to be shown first
    std::atomic<std::uint64_t> stray_packets{0};        ///< that belong to no connection
    std::atomic<std::uint64_t> silent_strays{0};        ///< of these, unanswered: beyond quic_stray_answers_per_second

    /// Adds each to the counter that it is.
    void add_to(Counters& all) const noexcept {
        all.quic_connections += connections;
        all.refused_connections += refused_connections;
        all.failed_handshakes += failed_handshakes;
        all.quic_retries += retries;
        all.stray_packets += stray_packets;
        all.silent_strays += silent_strays;
    }
};

}  // namespace gnutella::net
