#include "wire/gnutella/pong_extensions.hpp"

#include "wire/gnutella/byte_reader.hpp"
#include "wire/gnutella/byte_writer.hpp"
#include "wire/gnutella/ggep_values.hpp"
#include "wire/gnutella/ggep_writer.hpp"

#include <array>

namespace gnutella::wire {

namespace {

constexpr std::size_t vendor_length = 4;

// Bits of "SCP".
constexpr unsigned wants_ultrapeers = 0x1;
constexpr unsigned has_tls = 0x2;
constexpr unsigned wants_ipv6 = 0x4;
constexpr unsigned refuses_ipv4 = 0x8;

std::optional<HalfByteVersion> version_in(std::string_view value) {
    return value.empty() ? std::nullopt : std::optional(HalfByteVersion::of(static_cast<std::uint8_t>(value.front())));
}

void read_vendor(std::string_view value, std::string_view& vendor, std::optional<HalfByteVersion>& version) {
    if (value.size() >= vendor_length) {
        vendor = value.substr(0, vendor_length);
        version = version_in(value.substr(vendor_length));
    }
}

CachedPongWish wish_in(std::string_view value) {
    const unsigned bits = value.empty() ? 0 : static_cast<unsigned char>(value.front());
    const bool no_ipv4 = (bits & refuses_ipv4) != 0;
    return {.ultrapeers = (bits & wants_ultrapeers) != 0,
            .speaks_tls = (bits & has_tls) != 0,
            .ipv6_too = no_ipv4 || (bits & wants_ipv6) != 0,
            .no_ipv4 = no_ipv4};
}

std::optional<IpAddress> ipv6_in(std::string_view value) {
    ByteReader read(value);
    const IpAddress address = read.ipv6();
    return read.ok() ? std::optional(address) : std::nullopt;
}

std::optional<UltrapeerSlots> slots_in(std::string_view value) {
    ByteReader read(value);
    UltrapeerSlots slots;
    slots.version = HalfByteVersion::of(read.u8());
    slots.leaves = read.u8();
    slots.ultrapeers = read.u8();
    return read.ok() ? std::optional(slots) : std::nullopt;
}

// One host, whose length says which family it is of.
std::optional<PackedHost> host_in(std::string_view value) {
    const PackedHosts one(value.size() == 18 ? PackedHosts::Family::v6 : PackedHosts::Family::v4, value);
    return value.size() == 6 || value.size() == 18 ? std::optional(one[0]) : std::nullopt;
}

void add_vendor(GgepWriter& write, std::string_view vendor, const std::optional<HalfByteVersion>& version) {
    if (vendor.size() != vendor_length) {
        return;
    }
    std::string value(vendor);
    if (version) {
        value += static_cast<char>(version->byte());
    }
    write.add("VC", value);
}

void add_version(GgepWriter& write, std::string_view id, const std::optional<HalfByteVersion>& version) {
    if (version) {
        const char byte = static_cast<char>(version->byte());
        write.add(id, {&byte, 1});
    }
}

}  // namespace

PingExtensions read_ping_extensions(std::string_view blocks, std::pmr::memory_resource& memory) {
    enum : std::size_t { scp, gue, vc, count };
    static constexpr std::array<std::string_view, count> names{"SCP", "GUE", "VC"};
    const GgepValues<count> values(blocks, names, memory);
    PingExtensions extensions;
    if (values.has(scp)) {
        extensions.wants_cached = wish_in(values.text(scp));
    }
    extensions.guess = version_in(values.text(gue));
    read_vendor(values.text(vc), extensions.vendor, extensions.vendor_version);
    return extensions;
}

std::string write_ping_extensions(const PingExtensions& extensions) {
    std::string block;
    GgepWriter write(block);
    if (extensions.wants_cached) {
        const CachedPongWish& wish = *extensions.wants_cached;
        const unsigned bits = (wish.ultrapeers ? wants_ultrapeers : 0) | (wish.speaks_tls ? has_tls : 0) |
                              (wish.ipv6_too ? wants_ipv6 : 0) | (wish.no_ipv4 ? refuses_ipv4 : 0);
        const char byte = static_cast<char>(bits);
        write.add("SCP", {&byte, 1});
    }
    add_version(write, "GUE", extensions.guess);
    add_vendor(write, extensions.vendor, extensions.vendor_version);
    return block;
}

PongExtensions read_pong_extensions(std::string_view blocks, std::pmr::memory_resource& memory) {
    enum : std::size_t { du, gue, vc, up, ipp, ipp_tls, ipp6, ipp6_tls, phc, udphc, tls, six, ip, count };
    static constexpr std::array<std::string_view, count> names{
        "DU", "GUE", "VC", "UP", "IPP", "IPP_TLS", "IPP6", "IPP6_TLS", "PHC", "UDPHC", "TLS", "6", "IP"};
    const GgepValues<count> values(blocks, names, memory);
    PongExtensions extensions;
    if (const auto seconds = read_short_number(values.text(du)); seconds && *seconds <= 24 * 60 * 60) {
        extensions.daily_uptime = std::chrono::seconds(*seconds);
    }
    extensions.guess = version_in(values.text(gue));
    read_vendor(values.text(vc), extensions.vendor, extensions.vendor_version);
    extensions.ultrapeer = slots_in(values.text(up));
    extensions.hosts = PackedHosts(PackedHosts::Family::v4, values.text(ipp), values.text(ipp_tls));
    extensions.hosts6 = PackedHosts(PackedHosts::Family::v6, values.text(ipp6), values.text(ipp6_tls));
    extensions.host_caches = values.text(phc);
    extensions.host_cache = values[udphc];
    extensions.speaks_tls = values.has(tls);
    extensions.ipv6 = ipv6_in(values.text(six));
    extensions.asker = host_in(values.text(ip));
    return extensions;
}

std::string write_pong_extensions(const PongExtensions& extensions, std::span<const PackedHost> hosts) {
    std::string block;
    GgepWriter write(block);
    if (extensions.daily_uptime) {
        std::string seconds;
        ByteWriter(seconds).short_number(static_cast<std::uint64_t>(extensions.daily_uptime->count()));
        write.add("DU", seconds);
    }
    add_version(write, "GUE", extensions.guess);
    add_vendor(write, extensions.vendor, extensions.vendor_version);
    if (extensions.ultrapeer) {
        std::string slots;
        ByteWriter bytes(slots);
        bytes.u8(extensions.ultrapeer->version.byte());
        bytes.u8(extensions.ultrapeer->leaves);
        bytes.u8(extensions.ultrapeer->ultrapeers);
        write.add("UP", slots);
    }
    if (extensions.speaks_tls) {
        write.add("TLS");
    }
    if (extensions.ipv6) {
        std::string address;
        ByteWriter(address).ipv6(*extensions.ipv6);
        write.add("6", address);
    }
    if (extensions.asker) {
        const PackedHost asker{extensions.asker->address, extensions.asker->port};
        const bool v4 = asker.address.is_v4();
        add_hosts(write, "IP", v4 ? PackedHosts::Family::v4 : PackedHosts::Family::v6, {&asker, 1});
    }
    add_hosts(write, "IPP", PackedHosts::Family::v4, hosts);
    add_hosts(write, "IPP6", PackedHosts::Family::v6, hosts);
    if (!extensions.host_caches.empty()) {
        write.add_deflated("PHC", extensions.host_caches);
    }
    if (extensions.host_cache) {
        write.add("UDPHC", *extensions.host_cache);
    }
    return block;
}

}  // namespace gnutella::wire
