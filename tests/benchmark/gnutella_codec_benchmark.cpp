#include "wire/forward.hpp"
#include "wire/gnutella/gnutella_decoder.hpp"
#include "wire/gnutella/gnutella_encoder.hpp"
#include "wire/gnutella/pong_extensions.hpp"
#include "wire/json_decoder.hpp"
#include "wire/json_encoder.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

// Both dialects beside one another: the same messages, decoded, encoded and sent on.

namespace gnutella::wire {
namespace {

const Guid id = *Guid::parse("5a3c9e1c-c4f4-41ec-9d64-0242ac120002");
const MessageRoute route{.id = id, .ttl = 4, .hops = 3};
const IpAddress address = IpAddress::v4({192, 168, 1, 17});

struct Json {
    using Decoder = JsonDecoder;
    static Frame encode(const Pong& pong) { return encode_pong(id.to_string(), pong); }
    static Frame encode(const Query& query) { return encode_query(id.to_string(), query, route.ttl, route.hops); }
    static Frame encode(const QueryHit& hit) { return encode_query_hit(id.to_string(), hit); }
};

struct Binary {
    using Decoder = GnutellaDecoder;
    template <class Body>
    static Frame encode(const Body& body) {
        return encode_binary(route, body);
    }
};

// Five hosts besides: in JSON a list, in the binary dialect GGEP "IPP".
Pong pong() {
    static const std::vector<std::string> hosts{"192.168.1.20:8025", "192.168.1.21:8025", "192.168.1.22:8025",
                                                "203.0.113.7:40123", "198.51.100.7:8025"};
    static const std::string extensions = [] {
        std::vector<PackedHost> packed;
        for (std::uint8_t last = 1; last <= 5; ++last) {
            packed.push_back({IpAddress::v4({192, 0, 2, last}), 8025});
        }
        PongExtensions pong_extensions;
        pong_extensions.vendor = "GTKG";
        pong_extensions.speaks_tls = true;
        return write_pong_extensions(pong_extensions, packed);
    }();
    Pong pong;
    pong.from = {.host = "192.168.1.17", .port = 8025, .address = address};
    pong.introduction = {.version = 1, .agent = "libgnutella/0.1.0", .peer = id};
    pong.files = 1234;
    pong.bytes = 5678901234;
    pong.hosts.assign(hosts.begin(), hosts.end());
    pong.extensions = extensions;
    return pong;
}

Query query() {
    Query query;
    query.asker = {.host = "192.168.1.17", .port = 40123};
    query.text = "annual report 2022.pdf";
    query.routed = true;
    query.wants_urns = true;
    return query;
}

QueryHit query_hit() {
    QueryHit hit;
    hit.from = {.host = "192.168.1.17", .port = 8025, .address = address};
    hit.has_file = true;
    hit.peer = id;
    hit.transports.add(Transport::http);
    for (std::uint32_t at = 0; at < 10; ++at) {
        Result result;
        result.name = "annual report 2022, final version.pdf";
        result.size = 1'234'567 + at;
        result.urn =
            Urn::parse("urn:bitprint:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB.LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ");
        result.index = at;
        hit.results.push_back(result);
    }
    return hit;
}

template <class Dialect, class Body>
void decode(benchmark::State& state, Body (*make)()) {
    const std::string bytes(Dialect::encode(make()).bytes());
    typename Dialect::Decoder decoder;
    std::array<std::byte, 16 * 1024> room;
    for (auto _ : state) {
        std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
        Message message;
        benchmark::DoNotOptimize(decoder.next(bytes, memory, message));
        benchmark::DoNotOptimize(message);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

template <class Dialect, class Body>
void encode(benchmark::State& state, Body (*make)()) {
    const Body body = make();
    for (auto _ : state) {
        benchmark::DoNotOptimize(Dialect::encode(body));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(Dialect::encode(body).size()));
}

template <class Dialect, class Body>
void forward(benchmark::State& state, Body (*make)()) {
    const std::string bytes(Dialect::encode(make()).bytes());
    typename Dialect::Decoder decoder;
    std::pmr::monotonic_buffer_resource memory;
    Message message;
    decoder.next(bytes, memory, message);
    for (auto _ : state) {
        benchmark::DoNotOptimize(encode_forward(message, 5, 2));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

template <class Body>
void add(const std::string& what, Body (*make)()) {
    const auto name = [&what](const char* doing, const char* dialect) {
        return std::string(doing) + '/' + what + '/' + dialect;
    };
    benchmark::RegisterBenchmark(name("decode", "json").c_str(), decode<Json, Body>, make);
    benchmark::RegisterBenchmark(name("decode", "gnutella").c_str(), decode<Binary, Body>, make);
    benchmark::RegisterBenchmark(name("encode", "json").c_str(), encode<Json, Body>, make);
    benchmark::RegisterBenchmark(name("encode", "gnutella").c_str(), encode<Binary, Body>, make);
    benchmark::RegisterBenchmark(name("forward", "json").c_str(), forward<Json, Body>, make);
    benchmark::RegisterBenchmark(name("forward", "gnutella").c_str(), forward<Binary, Body>, make);
}

const bool added = [] {
    add("pong", pong);
    add("query", query);
    add("query_hit_of_10", query_hit);
    return true;
}();

}  // namespace
}  // namespace gnutella::wire
