#include "require.hpp"
#include "wire/forward.hpp"
#include "wire/gnutella/gnutella_decoder.hpp"
#include "wire/gnutella/gnutella_encoder.hpp"
#include "wire/gnutella/hit_extensions.hpp"
#include "wire/gnutella/pong_extensions.hpp"
#include "wire/gnutella/vendor_messages.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

// A stream of binary messages, up to the first that is malformed:
// - it gives the same messages however it is cut;
// - what is decoded, encoded and decoded again is the same message;
// - what is forwarded is the same message but for its TTL and hops;
// - what extensions say is read without a fault.

namespace gnutella::wire {
namespace {

// Small, so that the fuzzer gets over them.
constexpr DecodeLimits limits{.max_message_size = 5000, .max_results = 3};

bool same(const Sender& one, const Sender& other) {
    return one.port == other.port && one.address == other.address;
}

bool same(const Ping& one, const Ping& other) {
    return one.extensions == other.extensions;
}

bool same(const Pong& one, const Pong& other) {
    return same(one.from, other.from) && one.files == other.files && one.bytes == other.bytes &&
           one.extensions == other.extensions;
}

bool same(const Query& one, const Query& other) {
    return one.text == other.text && one.urn == other.urn && one.flags == other.flags &&
           one.wants_urns == other.wants_urns && one.extensions == other.extensions;
}

bool same(const Result& one, const Result& other) {
    return one.index == other.index && one.name == other.name && one.size == other.size && one.urn == other.urn &&
           (one.extensions.empty() || one.extensions == other.extensions);
}

bool same(const QueryHit& one, const QueryHit& other) {
    return same(one.from, other.from) && one.peer == other.peer && one.has_file == other.has_file &&
           one.speed == other.speed && one.state == other.state && one.xml == other.xml &&
           one.extensions == other.extensions && (one.vendor.empty() || one.vendor == other.vendor) &&
           std::ranges::equal(one.results, other.results, [](const Result& a, const Result& b) { return same(a, b); });
}

bool same(const Push& one, const Push& other) {
    return one.target == other.target && one.index == other.index && same(one.to, other.to) &&
           one.extensions == other.extensions;
}

bool same(const Bye& one, const Bye& other) {
    return one.code == other.code && one.reason == other.reason && one.headers == other.headers;
}

bool same(const VendorMessage& one, const VendorMessage& other) {
    return one.vendor == other.vendor && one.selector == other.selector && one.version == other.version &&
           one.payload == other.payload;
}

bool same(const RouteTableReset& one, const RouteTableReset& other) {
    return one.length == other.length && one.infinity == other.infinity;
}

bool same(const RouteTablePatch& one, const RouteTablePatch& other) {
    return one.number == other.number && one.count == other.count && one.compressor == other.compressor &&
           one.entry_bits == other.entry_bits && one.data == other.data;
}

bool same_body(const Message& one, const Message& other) {
    return one.body.index() == other.body.index() &&
           std::visit(
               [&other](const auto& body) {
                   return same(body, std::get<std::remove_cvref_t<decltype(body)>>(other.body));
               },
               one.body);
}

/// A message decoded from a frame that must be one.
struct Again {
    explicit Again(Frame bytes) : frame(std::move(bytes)) {
        const auto step = GnutellaDecoder({.max_message_size = 100'000, .max_results = limits.max_results})
                              .next(frame.bytes(), memory, message);
        require(step.outcome == DecodeOutcome::message, "what we write is a message");
        require(step.consumed == frame.size(), "what we write is one message");
    }

    Frame frame;
    std::pmr::monotonic_buffer_resource memory;
    Message message;
};

void check_encoding(const Message& message) {
    const MessageRoute route{.id = message.id, .ttl = message.ttl, .hops = message.hops};
    const Again again(std::visit([&](const auto& body) { return encode_binary(route, body); }, message.body));
    require(same_body(message, again.message), "an encoded message reads back as it was");
    require(message.id == again.message.id && message.ttl == again.message.ttl && message.hops == again.message.hops,
            "id, TTL and hops stay");
}

void check_forwarding(const Message& message) {
    const std::uint8_t ttl = static_cast<std::uint8_t>(message.ttl - 1);
    const std::uint8_t hops = static_cast<std::uint8_t>(message.hops + 1);
    const Again again(encode_forward(message, ttl, hops));
    require(same_body(message, again.message) && message.id == again.message.id, "a forwarded message stays the same");
    require(again.message.ttl == ttl && again.message.hops == hops, "a forwarded message carries TTL and hops");
}

// The lists, to their ends.
void read_all(const PackedHosts& hosts) {
    std::uint32_t ports = 0;
    for (std::size_t at = 0; at < hosts.size(); ++at) {
        ports += hosts[at].port;
    }
    require(ports <= hosts.size() * 65'535, "ports have sixteen bits");
}

// A payload as if it were of each kind.
void read_payload(std::string_view payload) {
    if (const auto messages = read_messages_supported(payload)) {
        require(messages->size() <= max_supported_messages, "kinds of messages have a bound");
        require(read_messages_supported(write_messages_supported(*messages)) == messages, "they are read as written");
    }
    if (const auto features = read_features_supported(payload)) {
        require(features->size() <= max_supported_messages, "features have a bound");
        require(read_features_supported(write_features_supported(*features)) == features, "they are read as written");
    }
    if (const auto hops = read_hops_flow(payload)) {
        require(read_hops_flow(write_hops_flow(*hops)) == hops, "hops are read as written");
    }
    if (const auto port = read_connect_back(payload)) {
        require(*port != 0 && read_connect_back(write_connect_back(*port)) == port, "a port is read as written");
    }
    read_push_proxy_acknowledgement(payload);
}

void read_extensions(const Message& message) {
    std::pmr::monotonic_buffer_resource memory;
    if (const auto* ping = std::get_if<Ping>(&message.body)) {
        read_ping_extensions(ping->extensions, memory);
    } else if (const auto* pong = std::get_if<Pong>(&message.body)) {
        const PongExtensions extensions = read_pong_extensions(pong->extensions, memory);
        read_all(extensions.hosts);
        read_all(extensions.hosts6);
    } else if (const auto* hit = std::get_if<QueryHit>(&message.body)) {
        read_all(read_hit_extensions(hit->extensions, memory).push_proxies);
        for (const Result& result : hit->results) {
            const ResultExtensions extensions = read_result_extensions(result.extensions, memory);
            require(extensions.urn == result.urn, "a result's hash is the same wherever it is read");
            read_all(extensions.alternates);
        }
    } else if (const auto* vendor = std::get_if<VendorMessage>(&message.body)) {
        read_payload(vendor->payload);
    }
}

/// The stream as it comes over a connection, `piece` bytes at a time; what came of it, a line each.
std::vector<std::string> outcomes_of(std::string_view stream, std::size_t piece) {
    std::vector<std::string> outcomes;
    const GnutellaDecoder decoder(limits);
    std::size_t begin = 0;
    for (std::size_t end = std::min(piece, stream.size());; end = std::min(end + piece, stream.size())) {
        while (true) {
            // A copy of its own size, so that reading past the end is seen.
            const std::size_t size = end - begin;
            const std::unique_ptr<char[]> bytes(new char[size]);
            std::copy_n(stream.data() + begin, size, bytes.get());
            std::pmr::monotonic_buffer_resource memory;
            Message message;
            const auto step = decoder.next({bytes.get(), size}, memory, message);
            require(step.consumed <= size, "no more is consumed than is there");
            begin += step.consumed;
            if (step.outcome == DecodeOutcome::incomplete) {
                require(step.consumed == 0, "what is incomplete is left as it is");
                break;
            }
            if (step.outcome == DecodeOutcome::malformed) {
                outcomes.emplace_back(reason_of(step.problem));
                return outcomes;
            }
            require(step.consumed > 0, "a message has a length");
            if (step.outcome != DecodeOutcome::message) {
                outcomes.emplace_back(step.outcome == DecodeOutcome::dropped ? reason_of(step.problem)
                                                                             : "unknown type");
                continue;
            }
            outcomes.emplace_back(message.raw);
            check_encoding(message);
            check_forwarding(message);
            read_extensions(message);
        }
        if (end == stream.size()) {
            return outcomes;
        }
    }
}

}  // namespace
}  // namespace gnutella::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    // The first byte says how the stream is cut, beside being taken whole.
    const std::size_t piece = 1 + data[0] % 80;
    const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = gnutella::wire::outcomes_of(stream, std::max<std::size_t>(stream.size(), 1));
    gnutella::require(whole == gnutella::wire::outcomes_of(stream, piece), "a stream is the same however it is cut");
    return 0;
}
