#include "wire/json_decoder.hpp"
#include "wire/json_encoder.hpp"

#include <benchmark/benchmark.h>
#include <boost/json/parse.hpp>

#include <array>
#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>

// Our decoder beside plain boost::json::parse, on the same bytes. Ours gives a checked Message, theirs a DOM.

namespace gnutella::wire {
namespace {

const std::string id = "5a3c9e1c-c4f4-41ec-9d64-0242ac120002";
const Introduction introduction{
    .version = 1, .agent = "libgnutella/0.1.0", .peer = Guid::parse("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee")};

std::string ping() {
    return std::string(encode_ping(id, {.from = {"192.168.1.17", 8025}, .introduction = introduction}).bytes());
}

std::string pong() {
    Pong pong{
        .from = {"192.168.1.17", 8025}, .introduction = introduction, .files = 1234, .bytes = 5678901234, .hosts = {}};
    for (const char* host :
         {"192.168.1.20:8025", "192.168.1.21:8025", "192.168.1.22:8025", "203.0.113.7:40123", "[2001:db8::17]:8025"}) {
        pong.hosts.push_back(host);
    }
    return std::string(encode_pong(id, pong).bytes());
}

std::string query() {
    return std::string(
        encode_query(
            id, {.asker = {"192.168.1.17", 40123}, .text = "annual report 2022.pdf", .urn = {}, .routed = true}, 6, 1)
            .bytes());
}

std::string legacy_query() {
    return R"({"type": "QUERY", "host": "DESKTOP-3T", "port": 8027, "file": "notes.txt", "id": ")" + id + "\"}";
}

std::string query_hit() {
    QueryHit hit{
        .from = {"192.168.1.17", 8025}, .has_file = true, .peer = introduction.peer, .transports = {}, .results = {}};
    hit.transports.add(Transport::http);
    for (std::size_t i = 0; i < 10; ++i) {
        hit.results.push_back(
            {.name = "annual report 2022, final version.pdf",
             .size = 1'234'567 + i,
             .urn =
                 Urn::parse("urn:bitprint:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB.LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ")});
    }
    return std::string(encode_query_hit(id, hit).bytes());
}

void decode(benchmark::State& state, const std::string& bytes) {
    JsonDecoder decoder;
    std::array<std::byte, 16 * 1024> room;
    for (auto _ : state) {
        std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
        Message message;
        const auto step = decoder.next(bytes, memory, message);
        if (step.outcome != JsonDecoder::Outcome::message) {
            state.SkipWithError("is no message");
            break;
        }
        benchmark::DoNotOptimize(message);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

void boost_json_parse(benchmark::State& state, const std::string& bytes) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(boost::json::parse(bytes));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

void forward(benchmark::State& state, const std::string& bytes) {
    JsonDecoder decoder;
    std::pmr::monotonic_buffer_resource memory;
    Message message;
    decoder.next(bytes, memory, message);
    for (auto _ : state) {
        benchmark::DoNotOptimize(encode_forward(message, 5, 2));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

BENCHMARK_CAPTURE(decode, ping, ping());
BENCHMARK_CAPTURE(boost_json_parse, ping, ping());
BENCHMARK_CAPTURE(decode, pong, pong());
BENCHMARK_CAPTURE(boost_json_parse, pong, pong());
BENCHMARK_CAPTURE(decode, query, query());
BENCHMARK_CAPTURE(boost_json_parse, query, query());
BENCHMARK_CAPTURE(decode, legacy_query, legacy_query());
BENCHMARK_CAPTURE(boost_json_parse, legacy_query, legacy_query());
BENCHMARK_CAPTURE(decode, query_hit_of_10, query_hit());
BENCHMARK_CAPTURE(boost_json_parse, query_hit_of_10, query_hit());
BENCHMARK_CAPTURE(forward, query, query());
BENCHMARK_CAPTURE(forward, legacy_query, legacy_query());

}  // namespace
}  // namespace gnutella::wire
