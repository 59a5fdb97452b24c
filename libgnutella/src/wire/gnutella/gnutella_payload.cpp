#include "wire/gnutella/gnutella_payload.hpp"

#include "wire/gnutella/extension_area.hpp"
#include "wire/gnutella/ggep.hpp"
#include "wire/gnutella/hit_payload.hpp"
#include "wire/gnutella/message_header.hpp"

#include <algorithm>

namespace gnutella::wire {

namespace {

constexpr std::size_t max_bye_reason_length = 256;  // as in JSON

// The variants of a route table's update (Query Routing 0.6, "Gnutella Protocol Changes").
constexpr std::uint8_t reset_variant = 0;
constexpr std::uint8_t patch_variant = 1;

std::string_view ggep_at_front(std::string_view bytes) {
    return bytes.substr(0, ggep_length(bytes));
}

void read_query_extensions(Query& query) {
    ExtensionArea area(query.extensions);
    while (const auto part = area.next()) {
        if (part->kind == ExtensionArea::Kind::urn) {
            const auto urn = Urn::parse(part->bytes);
            add_urn(query.urn, urn);
            query.wants_urns |= !urn;  // "urn:" alone, or with the kind that is wanted (HUGE, 4.1)
        } else if (part->kind == ExtensionArea::Kind::ggep) {
            GgepReader reader(part->bytes);
            while (const auto extension = reader.next()) {
                add_urn_of(*extension, query.urn);
                query.wants_urns |= extension->id == "u" && extension->data.empty();
            }
        }
    }
}

}  // namespace

GnutellaPayload::Found GnutellaPayload::read(std::uint8_t type, Body& out) {
    switch (static_cast<MessageType>(type)) {
        case MessageType::ping:
            return read_ping(out.emplace<Ping>());
        case MessageType::pong:
            return read_pong(out.emplace<Pong>());
        case MessageType::bye:
            return read_bye(out.emplace<Bye>());
        case MessageType::route_table:
            return read_route_table(out);
        case MessageType::vendor:
        case MessageType::standard_vendor:
            return read_vendor_message(out.emplace<VendorMessage>());
        case MessageType::push:
            return read_push(out.emplace<Push>());
        case MessageType::query:
            return read_query(out.emplace<Query>());
        case MessageType::query_hit:
            return read_query_hit(out.emplace<QueryHit>(QueryHit{.from = {},
                                                                 .has_file = false,
                                                                 .peer = {},
                                                                 .transports = {},
                                                                 .results = std::pmr::vector<Result>(&memory_)}));
    }
    return Found::unknown_type;
}

GnutellaPayload::Found GnutellaPayload::read_ping(Ping& ping) {
    ping.extensions = ggep_at_front(payload_);
    return Found::message;
}

GnutellaPayload::Found GnutellaPayload::read_pong(Pong& pong) {
    pong.from.port = read_.u16();
    pong.from.address = read_.ipv4();
    pong.files = read_.u32();
    pong.bytes = std::uint64_t{read_.u32()} * 1024;
    pong.extensions = ggep_at_front(read_.rest());
    prefer_ipv6(pong.from, pong.extensions);
    return whole();
}

GnutellaPayload::Found GnutellaPayload::read_query(Query& query) {
    if (payload_.size() > max_query_size) {
        return Found::too_large;
    }
    query.flags = QueryFlags(read_.u16_big_endian());
    query.text = read_.text();
    query.extensions = read_.rest();
    query.routed = true;
    if (read_.ok() && !query.extensions.empty()) {
        read_query_extensions(query);
    }
    return whole();
}

GnutellaPayload::Found GnutellaPayload::read_query_hit(QueryHit& hit) {
    return wire::read_query_hit(payload_, max_results_, hit) ? Found::message : Found::cut_short;
}

GnutellaPayload::Found GnutellaPayload::read_push(Push& push) {
    push.target = read_.guid();
    push.index = read_.u32();
    push.to.address = read_.ipv4();
    push.to.port = read_.u16();
    push.extensions = ggep_at_front(read_.rest());
    prefer_ipv6(push.to, push.extensions);
    return whole();
}

GnutellaPayload::Found GnutellaPayload::read_bye(Bye& bye) {
    bye.code = read_.u16();
    // The NUL at the end is not always there.
    const std::string_view text = read_.rest().substr(0, read_.rest().find('\0'));
    const std::size_t line_end = std::min(text.find_first_of("\r\n"), text.size());
    bye.reason = text.substr(0, std::min(line_end, max_bye_reason_length));
    bye.headers = text.substr(std::min(text.find_first_not_of("\r\n", line_end), text.size()));
    return whole();
}

GnutellaPayload::Found GnutellaPayload::read_vendor_message(VendorMessage& message) {
    const std::string_view vendor = read_.take(message.vendor.size());
    std::ranges::copy(vendor, message.vendor.begin());
    message.selector = read_.u16();
    message.version = read_.u16();
    message.payload = read_.rest();
    return whole();
}

GnutellaPayload::Found GnutellaPayload::read_route_table(Body& out) {
    const std::uint8_t variant = read_.u8();
    if (!read_.ok()) {
        return Found::cut_short;
    }
    if (variant == reset_variant) {
        auto& reset = out.emplace<RouteTableReset>();
        reset.length = read_.u32();
        reset.infinity = read_.u8();
        return whole();
    }
    if (variant != patch_variant) {
        return Found::wrong_kind;
    }
    auto& patch = out.emplace<RouteTablePatch>();
    patch.number = read_.u8();
    patch.count = read_.u8();
    patch.compressor = read_.u8();
    patch.entry_bits = read_.u8();
    patch.data = read_.rest();
    return whole();
}

}  // namespace gnutella::wire
