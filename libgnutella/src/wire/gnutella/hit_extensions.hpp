#pragma once

#include "wire/gnutella/packed_hosts.hpp"
#include "wire/ip_address.hpp"

#include <gnutella/key_hash.hpp>
#include <gnutella/urn.hpp>

#include <chrono>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gnutella::wire {

/// The extensions of a Query Hit's trailer that we know: they are about the peer that has the files.
struct HitExtensions {
    /// "BH": it can be browsed.
    bool can_be_browsed = false;
    /// "TLS"
    bool speaks_tls = false;
    /// "PUSH" and "PUSH6", with "PUSH_TLS" and "PUSH6_TLS": who forwards a Push to it (push proxies, 4.1).
    PackedHosts push_proxies;
    PackedHosts push_proxies6;
    /// "6"
    std::optional<IpAddress> ipv6;
    /// "HNAME": its name in the DNS.
    std::string_view host_name;
    /// "LGNUQ", which is ours: the files can be had over QUIC too, from who has this key (KeyHash).
    std::optional<KeyHash> quic_key;
};

/// @param blocks QueryHit::extensions.
/// @param memory holds what was encoded.
HitExtensions read_hit_extensions(std::string_view blocks, std::pmr::memory_resource& memory);

/// @param push_proxies of both families; those in `extensions` are not written.
std::string write_hit_extensions(const HitExtensions& extensions, std::span<const PackedHost> push_proxies);

/// The extensions of one result that we know.
struct ResultExtensions {
    /// From HUGE, "u", "H" and "TT", all together.
    std::optional<Urn> urn;
    /// "LF": the size of a file that 32 bits do not hold.
    std::optional<std::uint64_t> large_size;
    /// "ALT" and "ALT6", with "ALT_TLS" and "ALT6_TLS": others that have the file.
    PackedHosts alternates;
    PackedHosts alternates6;
    /// "CT": when the file was made, in seconds since 1970.
    std::optional<std::chrono::seconds> created;
    /// "PATH": the folder that it is in, as the peer says.
    std::string_view path;
    /// "PR", "PR0" to "PR4" and "PRU": it is not whole yet.
    bool partial = false;
    /// What a person may read, such as "192 kbps 44 kHz 3:23".
    std::string_view text;
};

/// @param area Result::extensions.
/// @param memory holds what was encoded.
ResultExtensions read_result_extensions(std::string_view area, std::pmr::memory_resource& memory);

/// The area of a result, without a NUL in it.
/// @param alternates of both families; those in `extensions` are not written.
std::string write_result_extensions(const ResultExtensions& extensions, std::span<const PackedHost> alternates = {});

}  // namespace gnutella::wire
