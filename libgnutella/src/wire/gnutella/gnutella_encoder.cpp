#include "wire/gnutella/gnutella_encoder.hpp"

#include "wire/gnutella/byte_writer.hpp"
#include "wire/gnutella/hit_payload.hpp"
#include "wire/gnutella/message_header.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

namespace gnutella::wire {

namespace {

// One buffer for each thread keeps its room; what is in it is copied once, into a frame of its size.
template <class WritePayload>
Frame encode(MessageType type, const MessageRoute& route, WritePayload&& write_payload) {
    thread_local std::string buffer;
    buffer.clear();
    ByteWriter write(buffer);
    write.guid(route.id);
    write.u8(static_cast<std::uint8_t>(type));
    write.u8(route.ttl);
    write.u8(route.hops);
    write.u32(0);
    write_payload(buffer);
    const std::size_t length = buffer.size() - MessageHeader::size;
    for (std::size_t at = 0; at < sizeof(std::uint32_t); ++at) {
        buffer[MessageHeader::length_offset + at] = static_cast<char>(length >> 8 * at & 0xFF);
    }
    return Frame::copy_of(buffer);
}

std::uint32_t at_most_32_bits(std::uint64_t number) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, std::numeric_limits<std::uint32_t>::max()));
}

void write_text(std::string_view text, std::string& to) {
    to.append(text.substr(0, text.find('\0')));
}

}  // namespace

Frame encode_binary(const MessageRoute& route, const Ping& ping) {
    return encode(MessageType::ping, route, [&](std::string& to) { to.append(ping.extensions); });
}

Frame encode_binary(const MessageRoute& route, const Pong& pong) {
    return encode(MessageType::pong, route, [&](std::string& to) {
        const IpAddress address = address_of(pong.from);
        ByteWriter write(to);
        write.u16(pong.from.port);
        write.ipv4(address);
        write.u32(at_most_32_bits(pong.files));
        write.u32(at_most_32_bits(pong.bytes / 1024 + (pong.bytes % 1024 != 0 ? 1 : 0)));
        write_extensions(pong.extensions, address, to);
    });
}

Frame encode_binary(const MessageRoute& route, const Query& query) {
    return encode(MessageType::query, route, [&](std::string& to) {
        ByteWriter write(to);
        write.u16_big_endian(query.flags.bits());
        write_text(query.text, to);
        write.u8(0);
        if (!query.extensions.empty()) {
            write.bytes(query.extensions);
        } else if (query.urn) {
            write.bytes(query.urn->to_string());
        } else if (query.wants_urns) {
            write.bytes("urn:");
        }
    });
}

Frame encode_binary(const MessageRoute& route, const QueryHit& hit) {
    return encode(MessageType::query_hit, route, [&](std::string& to) { write_query_hit(hit, to); });
}

Frame encode_binary(const MessageRoute& route, const Push& push) {
    return encode(MessageType::push, route, [&](std::string& to) {
        const IpAddress address = address_of(push.to);
        ByteWriter write(to);
        write.guid(push.target);
        write.u32(push.index);
        write.ipv4(address);
        write.u16(push.to.port);
        write_extensions(push.extensions, address, to);
    });
}

Frame encode_binary(const MessageRoute& route, const Bye& bye) {
    return encode(MessageType::bye, route, [&](std::string& to) {
        ByteWriter write(to);
        write.u16(bye.code);
        write_text(bye.reason, to);
        if (!bye.headers.empty()) {
            write.bytes("\r\n");
            write_text(bye.headers, to);
        }
        write.u8(0);
    });
}

Frame encode_binary(const MessageRoute& route, const VendorMessage& message) {
    return encode(MessageType::vendor, route, [&](std::string& to) {
        ByteWriter write(to);
        write.bytes({message.vendor.data(), message.vendor.size()});
        write.u16(message.selector);
        write.u16(message.version);
        write.bytes(message.payload);
    });
}

Frame encode_binary(const MessageRoute& route, const RouteTableReset& reset) {
    return encode(MessageType::route_table, route, [&](std::string& to) {
        ByteWriter write(to);
        write.u8(0);
        write.u32(reset.length);
        write.u8(reset.infinity);
    });
}

Frame encode_binary(const MessageRoute& route, const RouteTablePatch& patch) {
    return encode(MessageType::route_table, route, [&](std::string& to) {
        ByteWriter write(to);
        write.u8(1);
        write.u8(patch.number);
        write.u8(patch.count);
        write.u8(patch.compressor);
        write.u8(patch.entry_bits);
        write.bytes(patch.data);
    });
}

}  // namespace gnutella::wire
