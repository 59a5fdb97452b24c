#pragma once

#include "wire/gnutella/packed_hosts.hpp"
#include "wire/ip_address.hpp"

#include <chrono>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gnutella::wire {

/// Two numbers, which most extensions put into the halves of a byte.
struct HalfByteVersion {
    std::uint8_t major = 0;
    std::uint8_t minor = 0;

    static HalfByteVersion of(std::uint8_t byte) noexcept {
        return {static_cast<std::uint8_t>(byte >> 4), static_cast<std::uint8_t>(byte & 0x0F)};
    }
    std::uint8_t byte() const noexcept { return static_cast<std::uint8_t>(major << 4 | (minor & 0x0F)); }

    friend bool operator==(const HalfByteVersion&, const HalfByteVersion&) = default;
};

/// What a ping asks for: GGEP "SCP" (IPv6-Ready, 5.4).
struct CachedPongWish {
    bool ultrapeers = false;
    bool speaks_tls = false;
    bool ipv6_too = false;
    bool no_ipv4 = false;

    friend bool operator==(const CachedPongWish&, const CachedPongWish&) = default;
};

/// The extensions of a Ping that we know.
struct PingExtensions {
    /// Set when packed hosts are asked for.
    std::optional<CachedPongWish> wants_cached;
    /// Version of GUESS.
    std::optional<HalfByteVersion> guess;
    /// Four letters that say which program it is; empty when it does not say.
    std::string_view vendor;
    std::optional<HalfByteVersion> vendor_version;
};

/// @param blocks Ping::extensions.
/// @param memory holds what was encoded.
PingExtensions read_ping_extensions(std::string_view blocks, std::pmr::memory_resource& memory);
std::string write_ping_extensions(const PingExtensions& extensions);

/// Free places of an ultrapeer: GGEP "UP".
struct UltrapeerSlots {
    HalfByteVersion version;
    std::uint8_t leaves = 0;
    std::uint8_t ultrapeers = 0;

    friend bool operator==(const UltrapeerSlots&, const UltrapeerSlots&) = default;
};

/// The extensions of a Pong that we know.
struct PongExtensions {
    /// "DU": how long it is up each day.
    std::optional<std::chrono::seconds> daily_uptime;
    /// "GUE"
    std::optional<HalfByteVersion> guess;
    /// "VC"
    std::string_view vendor;
    std::optional<HalfByteVersion> vendor_version;
    /// "UP": it is an ultrapeer.
    std::optional<UltrapeerSlots> ultrapeer;
    /// "IPP" and "IPP6", with "IPP_TLS" and "IPP6_TLS": others that it knows.
    PackedHosts hosts;
    PackedHosts hosts6;
    /// "PHC": caches of hosts, a line each, "host:port" at its front.
    std::string_view host_caches;
    /// "UDPHC": it is such a cache, under this name, which may be empty.
    std::optional<std::string_view> host_cache;
    /// "TLS"
    bool speaks_tls = false;
    /// "6"
    std::optional<IpAddress> ipv6;
    /// "IP": the address that the asker is seen at.
    std::optional<PackedHost> asker;
};

/// @param blocks Pong::extensions.
/// @param memory holds what was encoded.
PongExtensions read_pong_extensions(std::string_view blocks, std::pmr::memory_resource& memory);

/// What a pong is given to say; hosts of both families may be mixed.
std::string write_pong_extensions(const PongExtensions& extensions, std::span<const PackedHost> hosts);

}  // namespace gnutella::wire
