#include "overlay/router.hpp"
#include "wire/json_decoder.hpp"

#include <benchmark/benchmark.h>

#include <cstring>
#include <memory_resource>
#include <string>

namespace gnutella::overlay {
namespace {

class EmptyLibrary final : public Library {
  public:
    void find(const wire::Query&, std::size_t, std::vector<Match>&) const override {}
    void add_to(wire::QueryRouteTable&) const override {}
    std::uint64_t changes() const override { return 0; }
    std::uint64_t files() const override { return 0; }
    std::uint64_t bytes() const override { return 0; }
};

/// A router with so many neighbours whose handshakes are done.
class Hub {
  public:
    explicit Hub(SessionId neighbours) : router_(settings(), Guid::random(), 8025, 1) {
        const std::string ping = R"({"type":"PING","host":"h","port":1,"id":"x","v":1})";
        for (SessionId id = 1; id <= neighbours; ++id) {
            Router::Start start;
            start.id = id;
            start.direction = Direction::incoming;
            start.remote = {"10.0.0.1", 50'000};
            start.local = {"10.0.0.2", 8025};
            router_.opened(start, now_, actions_);
            router_.receive(id, decode(ping), now_, library_, actions_);
            actions_.clear();
        }
    }

    const wire::Message& decode(std::string_view json) {
        decoder_.next(json, memory_, message_);
        return message_;
    }

    /// The message as one that has not been seen. @return how many neighbours it goes to.
    std::size_t route(wire::Message& message) {
        ++number_;
        std::memcpy(message.id.bytes.data(), &number_, sizeof number_);
        now_ += std::chrono::microseconds(10);
        actions_.clear();
        router_.receive(1, message, now_, library_, actions_);
        return actions_.sends.size();
    }

  private:
    static Settings settings() {
        Settings settings;
        settings.queries_per_second = 10'000'000;
        settings.query_burst = 10'000'000;
        return settings;
    }

    EmptyLibrary library_;
    Router router_;
    Actions actions_;
    TimePoint now_{std::chrono::hours(1)};
    std::pmr::monotonic_buffer_resource memory_;
    wire::JsonDecoder decoder_;
    wire::Message message_;
    std::uint64_t number_ = 0;
};

// One query to all neighbours but the one it comes from; the time of one delivery is shown as well.
void route_query(benchmark::State& state) {
    Hub hub(static_cast<SessionId>(state.range(0)) + 1);
    const std::string query =
        R"({"type":"QUERY","host":"192.168.1.20","port":40123,"file":"annual report 2022 final.pdf",)"
        R"("id":"0b5c1d2e-9f3a-4c4d-8e5f-00112233aabb","ttl":7,"hops":0,"reply":"routed"})";
    wire::Message message = hub.decode(query);
    std::int64_t deliveries = 0;
    for (auto _ : state) {
        deliveries += static_cast<std::int64_t>(hub.route(message));
    }
    state.SetItemsProcessed(deliveries);
    state.counters["per_delivery"] =
        benchmark::Counter(static_cast<double>(deliveries), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(route_query)->Name("route one query to so many neighbours")->Arg(1)->Arg(8)->Arg(64)->Arg(512);

}  // namespace
}  // namespace gnutella::overlay
