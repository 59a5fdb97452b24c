#include "require.hpp"
#include "wire/json_decoder.hpp"
#include "wire/json_encoder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

// A stream of JSON messages, from the first byte that is not white space to the first that is malformed:
// - it gives the same messages however it is cut;
// - what is decoded, encoded and decoded again is the same message;
// - what is forwarded is the same message but for its TTL and hops.

namespace gnutella::wire {
namespace {

using Outcome = JsonDecoder::Outcome;

// Small, so that the fuzzer gets over them.
constexpr DecodeLimits limits{.max_message_size = 2048, .max_nesting = 5, .max_results = 3, .max_hosts = 2};

bool same(const Sender& one, const Sender& other) {
    return one.host == other.host && one.port == other.port;
}

// Without a version it is a legacy peer's, and we write nothing else of it either.
bool same(const Introduction& one, const Introduction& other) {
    return one.version == other.version && (one.version == 0 || (one.agent == other.agent && one.peer == other.peer));
}

bool same(const Ping& one, const Ping& other) {
    return same(one.from, other.from) && same(one.introduction, other.introduction);
}

bool same(const Pong& one, const Pong& other) {
    const bool same_numbers = one.files == other.files && one.bytes == other.bytes && one.hosts == other.hosts;
    return same(one.from, other.from) && same(one.introduction, other.introduction) &&
           (one.introduction.version == 0 || same_numbers);
}

bool same(const Query& one, const Query& other) {
    return same(one.asker, other.asker) && one.text == other.text && one.urn == other.urn &&
           one.routed == other.routed && one.flags == other.flags;
}

bool same(const Result& one, const Result& other) {
    return one.name == other.name && one.size == other.size && one.urn == other.urn;
}

bool same(const QueryHit& one, const QueryHit& other) {
    return same(one.from, other.from) && one.has_file == other.has_file && one.peer == other.peer &&
           one.transports == other.transports && one.client == other.client && one.state == other.state &&
           one.push_proxies == other.push_proxies &&
           std::ranges::equal(one.results, other.results, [](const Result& a, const Result& b) { return same(a, b); });
}

bool same(const Bye& one, const Bye& other) {
    return one.code == other.code && one.reason == other.reason;
}

// No other kind of message is JSON.
template <class Other>
bool same(const Other&, const Other&) {
    return false;
}

bool same_body(const Message& one, const Message& other) {
    return one.body.index() == other.body.index() &&
           std::visit(
               [&other](const auto& body) {
                   return same(body, std::get<std::remove_cvref_t<decltype(body)>>(other.body));
               },
               one.body);
}

struct Encode {
    const Message& message;

    Frame operator()(const Ping& ping) const { return encode_ping(message.id_text, ping); }
    Frame operator()(const Pong& pong) const { return encode_pong(message.id_text, pong); }
    Frame operator()(const Query& query) const {
        return encode_query(message.id_text, query, message.ttl, message.hops);
    }
    Frame operator()(const QueryHit& hit) const { return encode_query_hit(message.id_text, hit); }
    Frame operator()(const Bye& bye) const { return encode_bye({}, bye); }
    template <class Other>
    Frame operator()(const Other&) const {
        return {};
    }
};

/// A message decoded from a frame that must be one.
struct Again {
    explicit Again(Frame bytes) : frame(std::move(bytes)) {
        // Escapes and more digits may make a message longer than it was.
        DecodeLimits wide = limits;
        wide.max_message_size = 100'000;
        JsonDecoder decoder(wide);
        const auto step = decoder.next(frame.bytes(), memory, message);
        require(step.outcome == Outcome::message, "what we write is a message");
        require(frame.bytes().substr(step.consumed) == "\n", "what we write is one object and a newline");
    }

    Frame frame;
    std::pmr::monotonic_buffer_resource memory;
    Message message;
};

void check_encoding(const Message& message) {
    const Again again(std::visit(Encode{message}, message.body));
    require(same_body(message, again.message), "an encoded message reads back as it was");
    if (!std::holds_alternative<Bye>(message.body)) {  // which we write without an id
        require(message.id == again.message.id && message.id_text == again.message.id_text, "an id stays");
    }
    require(message.ttl == again.message.ttl && message.hops == again.message.hops, "TTL and hops stay");
}

void check_forwarding(const Message& message) {
    const std::uint8_t ttl = static_cast<std::uint8_t>(message.ttl - 1);
    const std::uint8_t hops = static_cast<std::uint8_t>(message.hops + 1);
    const Again again(encode_forward(message, ttl, hops));
    require(same_body(message, again.message) && message.id == again.message.id, "a forwarded message stays the same");
    if (message.carries_ttl()) {
        require(again.message.ttl == ttl, "a forwarded message carries the new TTL");
        require(again.message.hops == (message.hops_text.empty() ? message.hops : hops), "and the new hops");
    } else {
        require(again.message.raw == message.raw, "a message without TTL is forwarded byte for byte");
    }
}

/// The stream as it comes over a connection, `piece` bytes at a time; what came of it, a line each.
std::vector<std::string> outcomes_of(std::string_view stream, std::size_t piece) {
    std::vector<std::string> outcomes;
    JsonDecoder decoder(limits);
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
            if (step.outcome == Outcome::incomplete) {
                break;
            }
            if (step.outcome == Outcome::malformed) {
                outcomes.emplace_back(reason_of(step.problem));
                return outcomes;
            }
            require(step.consumed > 0, "a message has a length");
            outcomes.push_back(step.outcome == Outcome::message ? std::string(message.raw) : "unknown type");
            if (step.outcome == Outcome::message) {
                check_encoding(message);
                check_forwarding(message);
            }
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
