#pragma once

#include <gnutella/dialect.hpp>
#include <gnutella/endpoint.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/key_hash.hpp>
#include <gnutella/transport.hpp>
#include <gnutella/urn.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gnutella {

/// One file that one peer offers: the answer to a Query. All of it is what the far end claims, not yet checked.
struct Hit {
    /// The file's name, never a path.
    std::string name;
    /// Its size in bytes. It must be told: 0 is the empty file. Who knows a file by its hash alone, as of a magnet link
    /// without a size, searches for it.
    std::uint64_t size = 0;
    /// What it is by content; nullopt from a legacy peer, whose files cannot be verified.
    std::optional<Urn> urn;
    /// Where the peer that has it listens. For a legacy peer's raw file: where the datagram came from.
    Endpoint source;
    /// The identity of that peer; nullopt from a legacy peer.
    std::optional<Guid> peer;
    /// The hash of the key that peer's end of a QUIC connection must have; nullopt when the hit names none, and then
    /// there is no QUIC with it.
    std::optional<KeyHash> key;
    /// The dialect that the hit came in.
    Dialect dialect = Dialect::json;
    /// The number by which that peer can be asked for the file over HTTP, as "/get/index/name", and by a Push; of
    /// meaning in a hit of Gnutella 0.6 alone.
    std::uint32_t index = 0;
    /// The program that has the file, such as "gtk-gnutella", in JSON perhaps with its version; empty when the hit does
    /// not say.
    std::string client;
    /// Whether that peer cannot be connected to, and must be sent a Push.
    bool firewalled = false;
    /// Who passes a Push on to it.
    std::vector<Endpoint> push_proxies;
    /// Whether it can be browsed.
    bool browsable = false;
    /// Whether it speaks TLS over TCP.
    bool tls = false;
    /// How the file can be had, as the peer says, best first. Empty when `content` is all there is.
    std::vector<Transport> transports;
    /// The whole file, when a legacy peer sent it raw in its datagram: unverified, since nobody vouched for a hash.
    std::shared_ptr<const std::string> content;

    // Declared, so that it is no aggregate, for the reason that Endpoint has a constructor.
    /// A source that a program knows of itself, to be filled in.
    Hit() = default;
};

}  // namespace gnutella
