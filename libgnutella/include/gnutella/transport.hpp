#pragma once

#include <cstdint>

namespace gnutella {

/// The ways in which a file can travel.
enum class Transport : std::uint8_t {
    quic,  ///< HTTP over a QUIC stream on the peer's UDP port
    http,  ///< HTTP over TCP
};

}  // namespace gnutella
