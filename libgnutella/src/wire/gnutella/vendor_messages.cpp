#include "wire/gnutella/vendor_messages.hpp"

#include "wire/gnutella/byte_reader.hpp"
#include "wire/gnutella/byte_writer.hpp"

#include <algorithm>
#include <utility>

namespace gnutella::wire {

namespace {

struct Named {
    VendorMessageId id;
    std::string_view name;
};

constexpr std::array known{
    Named{vendor_messages::messages_supported, "Messages Supported"},
    Named{vendor_messages::features_supported, "Features Supported"},
    Named{vendor_messages::hops_flow, "Hops Flow"},
    Named{vendor_messages::tcp_connect_back, "TCP Connect Back"},
    Named{vendor_messages::query_status_request, "Query Status Request"},
    Named{vendor_messages::query_status_response, "Query Status Response"},
    Named{vendor_messages::udp_connect_back, "UDP Connect Back"},
    Named{vendor_messages::push_proxy_cancel, "Push-Proxy Cancel"},
    Named{vendor_messages::oob_reply_acknowledgement, "OOB Reply ACK"},
    Named{vendor_messages::oob_reply_indication, "OOB Reply Indication"},
    Named{vendor_messages::push_proxy_request, "Push-Proxy Request"},
    Named{vendor_messages::push_proxy_acknowledgement, "Push-Proxy ACK"},
    Named{vendor_messages::head_ping, "HEAD Ping"},
    Named{vendor_messages::head_pong, "HEAD Pong"},
};

// A list with its length before it, which may lie.
template <class Item, class ReadItem>
std::optional<std::vector<Item>> read_list(std::string_view payload, ReadItem read_item) {
    ByteReader read(payload);
    const std::size_t count = read.u16();
    std::vector<Item> items;
    for (std::size_t at = 0; at < std::min(count, max_supported_messages) && read.ok(); ++at) {
        items.push_back(read_item(read));
    }
    return read.ok() ? std::optional(std::move(items)) : std::nullopt;
}

template <class Item, class WriteItem>
std::string write_list(std::span<const Item> items, WriteItem write_item) {
    std::string payload;
    ByteWriter write(payload);
    const std::size_t count = std::min(items.size(), max_supported_messages);
    write.u16(static_cast<std::uint16_t>(count));
    for (const Item& item : items.first(count)) {
        write_item(write, item);
    }
    return payload;
}

}  // namespace

bool is(const VendorMessage& message, const VendorMessageId& id) noexcept {
    return message.vendor == id.vendor && message.selector == id.selector && message.version <= id.version;
}

std::string_view name_of(const VendorMessage& message) noexcept {
    const auto* found = std::ranges::find_if(known, [&](const Named& named) {
        return message.vendor == named.id.vendor && message.selector == named.id.selector;
    });
    return found == known.end() ? std::string_view() : found->name;
}

VendorMessage vendor_message(const VendorMessageId& id, std::string_view payload) noexcept {
    return {.vendor = id.vendor, .selector = id.selector, .version = id.version, .payload = payload};
}

std::optional<std::vector<VendorMessageId>> read_messages_supported(std::string_view payload) {
    return read_list<VendorMessageId>(payload, [](ByteReader& read) {
        VendorMessageId id;
        std::ranges::copy(read.take(id.vendor.size()), id.vendor.begin());
        id.selector = read.u16();
        id.version = read.u16();
        return id;
    });
}

std::string write_messages_supported(std::span<const VendorMessageId> messages) {
    return write_list(messages, [](ByteWriter& write, const VendorMessageId& id) {
        write.bytes({id.vendor.data(), id.vendor.size()});
        write.u16(id.selector);
        write.u16(id.version);
    });
}

std::optional<std::vector<VendorFeature>> read_features_supported(std::string_view payload) {
    return read_list<VendorFeature>(payload, [](ByteReader& read) {
        VendorFeature feature;
        std::ranges::copy(read.take(feature.name.size()), feature.name.begin());
        feature.version = read.u16();
        return feature;
    });
}

std::string write_features_supported(std::span<const VendorFeature> features) {
    return write_list(features, [](ByteWriter& write, const VendorFeature& feature) {
        write.bytes({feature.name.data(), feature.name.size()});
        write.u16(feature.version);
    });
}

std::optional<std::uint8_t> read_hops_flow(std::string_view payload) noexcept {
    ByteReader read(payload);
    const std::uint8_t hops = read.u8();
    return read.ok() ? std::optional(hops) : std::nullopt;
}

std::string write_hops_flow(std::uint8_t hops) {
    return std::string(1, static_cast<char>(hops));
}

std::optional<std::uint16_t> read_connect_back(std::string_view payload) noexcept {
    ByteReader read(payload);
    const std::uint16_t port = read.u16();
    return read.ok() && port != 0 ? std::optional(port) : std::nullopt;
}

std::string write_connect_back(std::uint16_t port) {
    std::string payload;
    ByteWriter(payload).u16(port);
    return payload;
}

std::optional<PackedHost> read_push_proxy_acknowledgement(std::string_view payload) noexcept {
    // gtk-gnutella says an IPv6 address the same way, by a longer message.
    const bool v6 = payload.size() >= 18;
    const PackedHosts hosts(v6 ? PackedHosts::Family::v6 : PackedHosts::Family::v4, payload);
    return hosts.empty() || hosts[0].port == 0 ? std::nullopt : std::optional(hosts[0]);
}

std::string write_push_proxy_acknowledgement(const PackedHost& proxy) {
    std::string payload;
    ByteWriter write(payload);
    if (proxy.address.is_v4()) {
        write.ipv4(proxy.address);
    } else {
        write.ipv6(proxy.address);
    }
    write.u16(proxy.port);
    return payload;
}

}  // namespace gnutella::wire
