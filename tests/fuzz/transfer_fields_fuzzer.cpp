#include "require.hpp"
#include "transfer/alternate_locations.hpp"
#include "transfer/available_ranges.hpp"
#include "transfer/queue_position.hpp"
#include "transfer/source_claims.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

// The values of the header fields with which servents share a file: whatever they say, what is read is bounded and
// means the same when it is written again.

namespace gnutella {
namespace {

void check_alternates(std::string_view value) {
    const auto locations = transfer::parse_alternate_locations(value, 32);
    require(locations.size() <= 32, "no more locations than wanted");
    for (const auto& location : locations) {
        require(location.port != 0 && location.address.is_v4(), "somewhere to connect to");
    }
    const auto again = transfer::parse_alternate_locations(transfer::alternate_locations_text(locations), 32);
    require(again == locations, "locations are read as they are written");
    const auto with_keys = transfer::parse_quic_locations(value, 32);
    require(with_keys.size() <= 32, "no more locations than wanted");
    for (const auto& location : with_keys) {
        require(location.port != 0 && location.address.is_v4() && location.key, "somebody to connect to");
    }
    require(transfer::parse_quic_locations(transfer::quic_locations_text(with_keys), 32) == with_keys,
            "locations are read with their keys as they are written");
}

void check_ranges(std::string_view value) {
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1000}, ~std::uint64_t{0}}) {
        const auto ranges = transfer::parse_available_ranges(value, size);
        std::uint64_t end = 0;
        for (const auto& range : ranges) {
            require(range.length > 0 && range.first <= size && range.length <= size - range.first,
                    "ranges lie within the file");
            require(&range == &ranges.front() || range.first > end, "ranges ascend and are apart");
            end = range.first + range.length;
        }
        if (ranges.size() <= 64) {
            require(transfer::parse_available_ranges(transfer::available_ranges_text(ranges), size) == ranges,
                    "ranges are read as they are written");
        }
        const auto part = transfer::available_part({size / 2, size - size / 2}, ranges);
        require(!part || (part->first == size / 2 && part->length <= size - size / 2), "a part begins where it should");
    }
}

void check_queue(std::string_view value) {
    using std::chrono::seconds;
    if (const auto place = transfer::parse_queue_position(value)) {
        require(seconds(1) <= place->poll_min && place->poll_min <= place->poll_max && place->poll_max <= seconds(300),
                "times are within bounds");
        require(transfer::parse_queue_position(transfer::queue_position_text(*place)) == place,
                "a place is read as it is written");
    }
    const auto delay = transfer::poll_delay(value, value);
    require(!delay || (seconds(1) <= *delay && *delay <= seconds(300)), "nobody is asked all the time, or never");
}

}  // namespace
}  // namespace gnutella

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view value(reinterpret_cast<const char*>(data), size);
    gnutella::check_alternates(value);
    gnutella::check_ranges(value);
    gnutella::check_queue(value);
    gnutella::transfer::parse_thex_root(value);
    return 0;
}
