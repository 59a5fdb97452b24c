#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gnutella::transfer {

/// The place of one who waits for a free upload slot, as the server tells it with a 503.
struct QueuePosition {
    /// From 1; who is at the first comes next.
    std::size_t position = 1;
    /// How many wait.
    std::size_t length = 1;
    /// How many are served at once.
    std::size_t limit = 1;
    /// When to ask again: not before the first, or the place may be lost, and not after the second, or it is.
    std::chrono::seconds poll_min{};
    std::chrono::seconds poll_max{};

    friend bool operator==(const QueuePosition&, const QueuePosition&) = default;
};

/// The value of an X-Queue header: `position=2,length=5,limit=4,pollMin=45,pollMax=120`, as LimeWire began it.
std::string queue_position_text(const QueuePosition& place);

/// Reads the value of an X-Queue header, or of an X-Queued one, whose parts stand between semicolons. Times are taken
/// within bounds: a server that says less than a second would be asked all the time, and one that says a day never.
/// @return nullopt when it says no position.
std::optional<QueuePosition> parse_queue_position(std::string_view value);

/// When to ask a busy source again, by its headers: from 1 s to 5 min after its answer.
/// @param x_queue the value of X-Queue or X-Queued; empty when there is none.
/// @param retry_after the value of Retry-After, which counts when X-Queue says nothing; a date is not read.
/// @return nullopt when neither says anything.
std::optional<std::chrono::seconds> poll_delay(std::string_view x_queue, std::string_view retry_after);

}  // namespace gnutella::transfer
