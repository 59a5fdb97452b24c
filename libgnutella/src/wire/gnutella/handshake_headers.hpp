#pragma once

#include "wire/gnutella/header_block.hpp"
#include "wire/ip_address.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/guid.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gnutella::wire {

/// A version in a header, as in "Pong-Caching: 0.1".
struct HeaderVersion {
    std::uint16_t major = 0;
    std::uint16_t minor = 0;

    friend auto operator<=>(const HeaderVersion&, const HeaderVersion&) = default;
};

/// What one side of a handshake says of itself, as far as it counts. What is not said is empty.
struct HandshakeHeaders {
    /// At most 128 bytes, without control characters.
    std::string user_agent;
    /// "X-Ultrapeer": whether it is one, or a leaf. "X-Ultrapeer-Needed": which of the two the other should be.
    std::optional<bool> ultrapeer;
    std::optional<bool> ultrapeer_needed;
    /// "Listen-IP", "Node", "X-My-Address" or "Node-IPv6": where it listens. Written as the first.
    std::optional<Endpoint> listens;
    /// "Remote-IP": the address that it sees the other at.
    std::optional<IpAddress> remote_ip;
    /// "X-Try" and "X-Try-Ultrapeers": others to be tried; max_try_hosts of each at most.
    std::vector<Endpoint> try_hosts;
    std::vector<Endpoint> try_ultrapeers;
    /// "Accept-Encoding: deflate": it can read a compressed stream. "Content-Encoding: deflate": it will send one.
    bool accepts_deflate = false;
    bool sends_deflate = false;
    /// "Upgrade: TLS/1.0", and "Connection: Upgrade" (gnet-TLS-upgrade, 2).
    bool offers_tls = false;
    bool upgrades = false;
    std::optional<HeaderVersion> ggep;
    std::optional<HeaderVersion> pong_caching;
    std::optional<HeaderVersion> bye_packet;
    std::optional<HeaderVersion> vendor_message;
    std::optional<HeaderVersion> query_routing;
    std::optional<HeaderVersion> ultrapeer_query_routing;
    std::optional<HeaderVersion> dynamic_querying;
    std::optional<HeaderVersion> ext_probes;
    /// "X-Degree": how many ultrapeers it keeps. "X-Max-TTL": of the queries that it sends.
    std::optional<std::uint16_t> degree;
    std::optional<std::uint8_t> max_ttl;
    /// "GUID" (IPv6-Ready, 5.2).
    std::optional<Guid> guid;
    /// "X-Features: IP/6.x".
    bool ipv6 = false;
    /// "Crawler": it only asks whom we know.
    bool crawler = false;

    static constexpr std::size_t max_try_hosts = 32;

    friend bool operator==(const HandshakeHeaders&, const HandshakeHeaders&) = default;
};

/// What is not as it should be counts as not said.
HandshakeHeaders read_handshake_headers(const HeaderBlock& block);

/// Adds what a later block says to what the first one said (the third of a handshake only says what changes).
void add_handshake_headers(HandshakeHeaders& known, const HeaderBlock& block);

/// Appends a line for each header that says something, with CR LF.
void write_handshake_headers(const HandshakeHeaders& headers, std::string& to);

}  // namespace gnutella::wire
