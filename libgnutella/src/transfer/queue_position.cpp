#include "transfer/queue_position.hpp"

#include "ascii.hpp"

#include <algorithm>
#include <cstdint>

namespace gnutella::transfer {

namespace {

constexpr std::chrono::seconds least_delay{1};
constexpr std::chrono::seconds greatest_delay{300};
// What is told when pollMax is not: LimeWire's habit.
constexpr std::chrono::seconds default_poll_max{120};

std::chrono::seconds bounded(std::uint32_t seconds) {
    return std::clamp(std::chrono::seconds(seconds), least_delay, greatest_delay);
}

// The value of `name=number` among parts; nullopt when it is not there.
std::optional<std::uint32_t> find(std::string_view value, std::string_view lower_case) {
    while (!value.empty()) {
        const std::size_t end = std::min(value.find_first_of(",;"), value.size());
        const std::string_view part = value.substr(0, end);
        const std::size_t equals = part.find('=');
        if (equals != std::string_view::npos && ascii::same(ascii::trimmed(part.substr(0, equals)), lower_case)) {
            return ascii::parse_number<std::uint32_t>(ascii::trimmed(part.substr(equals + 1)));
        }
        value.remove_prefix(std::min(end + 1, value.size()));
    }
    return std::nullopt;
}

}  // namespace

std::string queue_position_text(const QueuePosition& place) {
    return "position=" + std::to_string(place.position) + ",length=" + std::to_string(place.length) +
           ",limit=" + std::to_string(place.limit) + ",pollMin=" + std::to_string(place.poll_min.count()) +
           ",pollMax=" + std::to_string(place.poll_max.count());
}

std::optional<QueuePosition> parse_queue_position(std::string_view value) {
    const auto position = find(value, "position");
    if (!position) {
        return std::nullopt;
    }
    QueuePosition place;
    place.position = *position;
    place.length = std::max(place.position, std::size_t{find(value, "length").value_or(0)});
    place.limit = find(value, "limit").value_or(1);
    place.poll_min = bounded(find(value, "pollmin").value_or(0));
    const auto poll_max = find(value, "pollmax");
    place.poll_max = std::max(place.poll_min, poll_max ? bounded(*poll_max) : default_poll_max);
    return place;
}

std::optional<std::chrono::seconds> poll_delay(std::string_view x_queue, std::string_view retry_after) {
    if (const auto place = parse_queue_position(x_queue)) {
        // A little after the earliest: two clocks differ, and an answer takes its time.
        return std::min(place->poll_min + std::chrono::seconds(1), place->poll_max);
    }
    const auto seconds = ascii::parse_number<std::uint32_t>(ascii::trimmed(retry_after));
    return seconds ? std::optional(bounded(*seconds)) : std::nullopt;
}

}  // namespace gnutella::transfer
