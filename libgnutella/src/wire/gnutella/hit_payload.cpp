#include "wire/gnutella/hit_payload.hpp"

#include "wire/file_name.hpp"
#include "wire/gnutella/byte_reader.hpp"
#include "wire/gnutella/byte_writer.hpp"
#include "wire/gnutella/extension_area.hpp"
#include "wire/gnutella/ggep.hpp"
#include "wire/gnutella/ggep_writer.hpp"
#include "wire/gnutella/hit_extensions.hpp"
#include "wire/ip_text.hpp"

#include <algorithm>
#include <limits>

namespace gnutella::wire {

namespace {

constexpr std::size_t head_size = 11;
constexpr std::size_t guid_size = 16;
constexpr std::size_t vendor_size = 4;
constexpr std::size_t max_results_of_a_hit = 255;
constexpr std::size_t smallest_result = 10;  // two numbers and two NULs
constexpr std::uint32_t size_in_ggep = std::numeric_limits<std::uint32_t>::max();

// Bits of the open data (Gnutella 0.6, 2.2.6). In the first byte those but `push` say which of the second byte mean
// something; `push` is the other way round.
constexpr unsigned push_bit = 0x01;
constexpr unsigned busy_bit = 0x04;
constexpr unsigned uploaded_bit = 0x08;
constexpr unsigned measured_bit = 0x10;
constexpr unsigned ggep_bit = 0x20;

std::optional<bool> flag(unsigned enabler, unsigned setter, unsigned bit) {
    return (enabler & bit) != 0 ? std::optional((setter & bit) != 0) : std::nullopt;
}

void set_flag(const std::optional<bool>& value, unsigned bit, unsigned& enabler, unsigned& setter) {
    if (value) {
        enabler |= bit;
        setter |= *value ? bit : 0;
    }
}

// The size of a large file, and the hash, if extensions tell them.
void read_ggep_of_result(std::string_view blocks, Result& result) {
    GgepReader reader(blocks);
    bool has_size = false;
    while (const auto extension = reader.next()) {
        if (extension->id == "LF") {
            if (std::exchange(has_size, true)) {
                continue;
            }
            std::array<char, 16> room;
            const auto value = ggep_value(*extension, room);
            const auto size = value ? read_short_number(*value) : std::nullopt;
            result.size = size.value_or(result.size);
        } else {
            add_urn_of(*extension, result.urn);
        }
    }
}

bool read_result(ByteReader& read, Result& result) {
    result.index = read.u32();
    result.size = read.u32();
    result.name = read.text();
    result.extensions = read.text();
    return read.ok();
}

void read_extensions_of(Result& result) {
    ExtensionArea area(result.extensions);
    while (const auto part = area.next()) {
        if (part->kind == ExtensionArea::Kind::urn) {
            add_urn(result.urn, Urn::parse(part->bytes));
        } else if (part->kind == ExtensionArea::Kind::ggep) {
            read_ggep_of_result(part->bytes, result);
        }
    }
}

void read_private_area(std::string_view area, std::size_t xml_size, bool has_ggep, QueryHit& hit) {
    if (xml_size > 0 && xml_size <= area.size()) {
        hit.xml = area.substr(area.size() - xml_size);
        hit.xml = hit.xml.substr(0, hit.xml.find('\0'));
        area.remove_suffix(xml_size);
    }
    // What stands before is some program's own and never holds the magic byte (GGEP, "QHD Private Data").
    const std::size_t begin = has_ggep ? area.find(ggep_magic) : std::string_view::npos;
    if (begin != std::string_view::npos) {
        hit.extensions = area.substr(begin, ggep_length(area.substr(begin)));
    }
}

// The block behind the results, which some old programs leave out.
void read_trailer(ByteReader& read, QueryHit& hit) {
    if (read.rest().size() <= vendor_size) {
        return;
    }
    hit.vendor = read.take(vendor_size);
    const std::size_t open_size = read.u8();
    ByteReader open(read.take(std::min(open_size, read.rest().size())));
    const unsigned first = open.u8();
    const unsigned second = open.u8();
    if (!open.ok()) {
        return;
    }
    hit.state.firewalled = flag(second, first, push_bit);
    hit.state.busy = flag(first, second, busy_bit);
    hit.state.has_uploaded = flag(first, second, uploaded_bit);
    hit.state.speed_measured = flag(first, second, measured_bit);
    read_private_area(read.rest(), open.u16(), flag(first, second, ggep_bit).value_or(false), hit);
}

std::string_view up_to_nul(std::string_view text) {
    return text.substr(0, text.find('\0'));
}

void write_result(const Result& result, std::string& to) {
    ByteWriter write(to);
    const bool large = result.size >= size_in_ggep;
    write.u32(result.index);
    write.u32(large ? size_in_ggep : static_cast<std::uint32_t>(result.size));
    write.bytes(up_to_nul(result.name));
    write.u8(0);
    if (!result.extensions.empty()) {
        write.bytes(up_to_nul(result.extensions));
    } else {
        ResultExtensions extensions;
        extensions.urn = result.urn;
        if (large) {
            extensions.large_size = result.size;
        }
        write.bytes(write_result_extensions(extensions));
    }
    write.u8(0);
}

void write_trailer(const QueryHit& hit, const IpAddress& address, std::string& to) {
    std::string ggep;
    write_extensions(hit.extensions, address, ggep);
    unsigned first = 0;
    unsigned second = 0;
    set_flag(hit.state.firewalled, push_bit, second, first);
    set_flag(hit.state.busy, busy_bit, first, second);
    set_flag(hit.state.has_uploaded, uploaded_bit, first, second);
    set_flag(hit.state.speed_measured, measured_bit, first, second);
    set_flag(!ggep.empty(), ggep_bit, first, second);
    ByteWriter write(to);
    write.bytes(hit.vendor.size() == vendor_size ? hit.vendor : own_vendor_code);
    const std::string_view xml = up_to_nul(hit.xml);
    const bool with_xml = !xml.empty() && xml.size() < std::numeric_limits<std::uint16_t>::max();
    write.u8(with_xml ? 4 : 2);
    write.u8(static_cast<std::uint8_t>(first));
    write.u8(static_cast<std::uint8_t>(second));
    if (with_xml) {
        write.u16(static_cast<std::uint16_t>(xml.size() + 1));
    }
    write.bytes(ggep);
    if (with_xml) {
        write.bytes(xml);
        write.u8(0);
    }
}

}  // namespace

bool read_query_hit(std::string_view payload, std::size_t max_results, QueryHit& hit) {
    if (payload.size() < head_size + guid_size) {
        return false;
    }
    ByteReader end(payload.substr(payload.size() - guid_size));
    hit.peer = end.guid();
    ByteReader read(payload.substr(0, payload.size() - guid_size));
    const std::size_t count = read.u8();
    hit.from.port = read.u16();
    hit.from.address = read.ipv4();
    hit.speed = read.u32();
    hit.transports.add(Transport::http);
    if (count * smallest_result > read.rest().size()) {
        return false;
    }
    hit.results.reserve(std::min(count, max_results));
    for (std::size_t at = 0; at < count; ++at) {
        Result result;
        if (!read_result(read, result)) {
            return false;
        }
        if (hit.results.size() < max_results && is_plain_file_name(result.name)) {
            read_extensions_of(result);
            hit.results.push_back(result);
        }
    }
    hit.has_file = !hit.results.empty();
    read_trailer(read, hit);
    prefer_ipv6(hit.from, hit.extensions);
    return true;
}

void write_query_hit(const QueryHit& hit, std::string& to) {
    const std::size_t count = std::min(hit.results.size(), max_results_of_a_hit);
    const IpAddress address = address_of(hit.from);
    ByteWriter write(to);
    write.u8(static_cast<std::uint8_t>(count));
    write.u16(hit.from.port);
    write.ipv4(address);
    write.u32(hit.speed);
    for (std::size_t at = 0; at < count; ++at) {
        write_result(hit.results[at], to);
    }
    write_trailer(hit, address, to);
    write.guid(hit.peer.value_or(Guid{}));
}

void prefer_ipv6(Sender& sender, std::string_view extensions) noexcept {
    static constexpr IpAddress no_ipv4 = [] {
        IpAddress address;
        address.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 0};
        return address;
    }();
    if (sender.address != no_ipv4) {
        return;
    }
    const auto extension = find_ggep(extensions, "6");
    if (extension && !extension->cobs && !extension->deflated) {
        ByteReader read(extension->data);
        const IpAddress address = read.ipv6();
        if (read.ok()) {
            sender.address = address;
        }
    }
}

IpAddress address_of(const Sender& sender) noexcept {
    if (sender.address) {
        return *sender.address;
    }
    return parse_ip(sender.host).value_or(IpAddress::v4({0, 0, 0, 0}));
}

void write_extensions(std::string_view extensions, const IpAddress& address, std::string& to) {
    to.append(extensions);
    if (address.is_v4() || find_ggep(extensions, "6")) {
        return;
    }
    std::string bytes;
    ByteWriter(bytes).ipv6(address);
    GgepWriter(to).add("6", bytes);
}

}  // namespace gnutella::wire
