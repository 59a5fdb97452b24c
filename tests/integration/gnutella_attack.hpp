#pragma once

#include "node.hpp"
#include "raw_servent.hpp"
#include "tls_bench.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gnutella::test {

struct Way {
    std::string_view name;
    bool tls = false;
    bool deflated = false;
};
inline constexpr Way plain{"Plainly", false, false}, deflated{"Deflated", false, true}, in_tls{"InTls", true, false},
    deflated_in_tls{"DeflatedInTls", true, true};

inline std::string name_of_way(const testing::TestParamInfo<Way>& info) {
    return std::string(info.param.name);
}

template <class Number>
inline std::string little_endian(Number number) {
    std::string bytes;
    for (std::size_t at = 0; at < sizeof(Number); ++at) {
        bytes += static_cast<char>(number >> (8 * at) & 0xFF);
    }
    return bytes;
}
inline std::string u16(std::uint16_t number) {
    return little_endian(number);
}
inline std::string u32(std::uint32_t number) {
    return little_endian(number);
}
/// A node that shares one file, and the way to it.
class Attacked : public testing::TestWithParam<Way> {
  protected:
    void start(Settings settings = quick_settings()) {
        node.emplace(threads, std::move(settings));
        node->share().write(shared, "here");
        node->start();
        if (GetParam().tls) {
            tunnel.emplace(threads, node->endpoint());
        }
    }
    Endpoint way_in() const { return tunnel ? tunnel->endpoint() : node->endpoint(); }

    std::unique_ptr<RawServent> neighbour() const {
        auto raw = std::make_unique<RawServent>(way_in());
        GetParam().deflated ? raw->greet_compressed() : raw->greet();
        return raw;
    }
    /// A session that stands, in which a search finds the file.
    void expect_an_answer(RawServent& asker) const {
        const std::string id = RawServent::some_id();
        asker.send(RawServent::message(RawServent::query, RawServent::query_for("still"), 2, id));
        auto hit = asker.receive(RawServent::query_hit);
        while (hit && hit->id != id) {
            hit = asker.receive(RawServent::query_hit);
        }
        ASSERT_TRUE(hit);
        EXPECT_THAT(hit->payload, testing::HasSubstr(shared));
    }
    void expect_it_goes_on(RawServent& good) const {
        expect_an_answer(good);
        expect_an_answer(*neighbour());
    }
    std::uint64_t counter(std::string_view wanted) {
        std::optional<std::uint64_t> found;
        for_each_counter(node->status().counters, [&](std::string_view name, std::uint64_t value) {
            if (name == wanted) {
                found = value;
            }
        });
        return found.value();
    }
    void expect_bye_400(RawServent& bad) const {
        const auto bye = bad.receive(RawServent::bye);
        ASSERT_TRUE(bye);
        EXPECT_EQ(bye->payload.substr(0, 2), u16(400));
        EXPECT_TRUE(bad.ends());
    }

    static constexpr const char* shared = "still here.txt";
    Threads threads;
    std::optional<Node> node;
    std::optional<TlsTunnel> tunnel;
};

}  // namespace gnutella::test
