#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace gnutella::wire {

struct InflateLimits {
    /// How many bytes one compressed byte may become, over the whole of a stream. Deflate can make 1,032 of it;
    /// messages of Gnutella shrink to a half.
    std::size_t max_ratio = 100;
    /// Bytes that may come of a stream before the ratio counts.
    std::size_t free_output = 1024 * 1024;
};

/// The receiving end of a compressed session ("Gnutella Traffic Compression", 2): a zlib stream, inflated into the
/// caller's room a piece at a time. It holds no output back, so that whoever sends faster than we decide is slowed down
/// by TCP, and nothing grows.
class StreamInflater {
  public:
    enum class Outcome : std::uint8_t {
        more_input,  ///< all input is done with
        more_room,   ///< the room is full: call again with what is left, even if that is nothing
        end,         ///< the stream has ended; what is left of the input does not belong to it
        bad_data,    ///< no zlib stream; of no more use
        too_dense,   ///< beyond InflateLimits; of no more use
    };
    struct Step {
        Outcome outcome = Outcome::more_input;
        std::size_t consumed = 0;
        /// Bytes at the front of the room; also before `bad_data`.
        std::size_t produced = 0;
    };

    explicit StreamInflater(InflateLimits limits = {});
    ~StreamInflater();
    StreamInflater(StreamInflater&&) noexcept;
    StreamInflater& operator=(StreamInflater&&) noexcept;

    /// @param room not empty.
    Step next(std::string_view input, std::span<char> room);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace gnutella::wire
