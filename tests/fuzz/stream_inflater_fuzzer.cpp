#include "require.hpp"
#include "wire/gnutella/stream_deflater.hpp"
#include "wire/gnutella/stream_inflater.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// A compressed session:
// - bytes come out the same however they go in and however small the room is, and no more of them than the limits say;
// - what the deflater writes comes out as it went in.

namespace gnutella::wire {
namespace {

using Outcome = StreamInflater::Outcome;

constexpr InflateLimits limits{.max_ratio = 50, .free_output = 10'000};

std::string inflated(std::string_view input, std::size_t piece, std::size_t room_size) {
    StreamInflater inflater(limits);
    std::string room(room_size, '\0');
    std::string bytes;
    std::size_t consumed = 0;
    std::size_t end = 0;
    Outcome outcome = Outcome::more_input;
    while (outcome == Outcome::more_room || (outcome == Outcome::more_input && end < input.size())) {
        if (outcome == Outcome::more_input) {
            end = std::min(end + piece, input.size());
        }
        const auto step = inflater.next(input.substr(consumed, end - consumed), room);
        require(consumed + step.consumed <= end && step.produced <= room.size(), "no more than is there");
        consumed += step.consumed;
        bytes.append(room, 0, step.produced);
        outcome = step.outcome;
    }
    require(bytes.size() <= limits.free_output + limits.max_ratio * (consumed + 1) + room_size, "output has a bound");
    return bytes;
}

}  // namespace
}  // namespace gnutella::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gnutella::wire;
    if (size < 2) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::size_t piece = 1 + data[0];
    const std::size_t room = 1 + data[1];
    inflated(bytes, piece, room);

    StreamDeflater deflater;
    std::string compressed;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        deflater.add(bytes.substr(at, piece), compressed);
        if (at % 3 == 0) {
            deflater.flush(compressed);
        }
    }
    deflater.flush(compressed);
    const std::string out = inflated(compressed, room, piece);
    gnutella::require(bytes.starts_with(out), "what comes out is what went in");
    gnutella::require(bytes.size() > limits.free_output || out == bytes, "and all of it, within the limits");
    return 0;
}
