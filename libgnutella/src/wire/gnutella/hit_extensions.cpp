#include "wire/gnutella/hit_extensions.hpp"

#include "wire/gnutella/byte_reader.hpp"
#include "wire/gnutella/byte_writer.hpp"
#include "wire/gnutella/extension_area.hpp"
#include "wire/gnutella/ggep_values.hpp"
#include "wire/gnutella/ggep_writer.hpp"

#include <algorithm>
#include <array>

namespace gnutella::wire {

namespace {

constexpr std::size_t max_host_name = 255;  // RFC 1035, 2.3.4

bool says_partial(std::string_view id) {
    return id.starts_with("PR") &&
           (id.size() == 2 || (id.size() == 3 && (id[2] == 'U' || (id[2] >= '0' && id[2] <= '4'))));
}

void add_number(GgepWriter& write, std::string_view id, std::uint64_t number) {
    std::string bytes;
    ByteWriter(bytes).short_number(number);
    write.add(id, bytes);
}

// Hashes count wherever they stand, as GnutellaDecoder has it.
void read_urns(std::string_view blocks, std::optional<Urn>& urn) {
    GgepReader reader(blocks);
    while (const auto extension = reader.next()) {
        add_urn_of(*extension, urn);
    }
}

void read_ggep(std::string_view blocks, std::pmr::memory_resource& memory, ResultExtensions& extensions) {
    enum : std::size_t { lf, alt, alt_tls, alt6, alt6_tls, ct, path, count };
    static constexpr std::array<std::string_view, count> names{"LF",       "ALT", "ALT_TLS", "ALT6",
                                                               "ALT6_TLS", "CT",  "PATH"};
    const GgepValues<count> values(blocks, names, memory);
    GgepReader reader(blocks);
    while (const auto extension = reader.next()) {
        extensions.partial |= says_partial(extension->id);
    }
    extensions.large_size = read_short_number(values.text(lf));
    extensions.alternates = PackedHosts(PackedHosts::Family::v4, values.text(alt), values.text(alt_tls));
    extensions.alternates6 = PackedHosts(PackedHosts::Family::v6, values.text(alt6), values.text(alt6_tls));
    if (const auto seconds = read_short_number(values.text(ct)); seconds && *seconds <= UINT32_MAX) {
        extensions.created = std::chrono::seconds(*seconds);
    }
    extensions.path = values.text(path);
}

}  // namespace

HitExtensions read_hit_extensions(std::string_view blocks, std::pmr::memory_resource& memory) {
    enum : std::size_t { bh, tls, push, push_tls, push6, push6_tls, six, hname, quic, count };
    static constexpr std::array<std::string_view, count> names{"BH",        "TLS", "PUSH",  "PUSH_TLS", "PUSH6",
                                                               "PUSH6_TLS", "6",   "HNAME", "LGNUQ"};
    const GgepValues<count> values(blocks, names, memory);
    HitExtensions extensions;
    extensions.can_be_browsed = values.has(bh);
    extensions.speaks_tls = values.has(tls);
    extensions.push_proxies = PackedHosts(PackedHosts::Family::v4, values.text(push), values.text(push_tls));
    extensions.push_proxies6 = PackedHosts(PackedHosts::Family::v6, values.text(push6), values.text(push6_tls));
    ByteReader read(values.text(six));
    const IpAddress address = read.ipv6();
    if (read.ok()) {
        extensions.ipv6 = address;
    }
    if (const std::string_view name = values.text(hname); name.size() <= max_host_name) {
        extensions.host_name = name;
    }
    if (const std::string_view key = values.text(quic); key.size() == sizeof(KeyHash::bytes)) {
        std::ranges::copy(key, extensions.quic_key.emplace().bytes.begin());
    }
    return extensions;
}

std::string write_hit_extensions(const HitExtensions& extensions, std::span<const PackedHost> push_proxies) {
    std::string block;
    GgepWriter write(block);
    if (extensions.can_be_browsed) {
        write.add("BH");
    }
    if (extensions.speaks_tls) {
        write.add("TLS");
    }
    if (extensions.ipv6) {
        std::string address;
        ByteWriter(address).ipv6(*extensions.ipv6);
        write.add("6", address);
    }
    if (!extensions.host_name.empty()) {
        write.add("HNAME", extensions.host_name);
    }
    if (extensions.quic_key) {
        const auto& bytes = extensions.quic_key->bytes;
        write.add("LGNUQ", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    add_hosts(write, "PUSH", PackedHosts::Family::v4, push_proxies);
    add_hosts(write, "PUSH6", PackedHosts::Family::v6, push_proxies);
    return block;
}

ResultExtensions read_result_extensions(std::string_view area, std::pmr::memory_resource& memory) {
    ResultExtensions extensions;
    ExtensionArea parts(area);
    bool ggep_seen = false;
    while (const auto part = parts.next()) {
        switch (part->kind) {
            case ExtensionArea::Kind::urn:
                add_urn(extensions.urn, Urn::parse(part->bytes));
                break;
            case ExtensionArea::Kind::ggep:
                read_urns(part->bytes, extensions.urn);
                if (!ggep_seen) {
                    read_ggep(part->bytes, memory, extensions);
                }
                ggep_seen = true;
                break;
            case ExtensionArea::Kind::xml:
                break;
            case ExtensionArea::Kind::text:
                extensions.text = part->bytes;
                break;
        }
    }
    return extensions;
}

std::string write_result_extensions(const ResultExtensions& extensions, std::span<const PackedHost> alternates) {
    std::string area;
    if (extensions.urn) {
        area = extensions.urn->to_string();
    }
    if (!extensions.text.empty()) {
        area += area.empty() ? "" : std::string(1, extension_separator);
        area += extensions.text;
    }
    std::string block;
    GgepWriter write(block, GgepWriter::Nuls::forbidden);
    if (extensions.large_size) {
        add_number(write, "LF", *extensions.large_size);
    }
    if (extensions.created) {
        add_number(write, "CT", static_cast<std::uint64_t>(extensions.created->count()));
    }
    if (!extensions.path.empty()) {
        write.add("PATH", extensions.path);
    }
    add_hosts(write, "ALT", PackedHosts::Family::v4, alternates);
    add_hosts(write, "ALT6", PackedHosts::Family::v6, alternates);
    if (!block.empty() && !area.empty()) {
        area += extension_separator;
    }
    return area + block;
}

}  // namespace gnutella::wire
