#include "wire/gnutella/stream_inflater.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace gnutella::wire {

struct StreamInflater::State {
    explicit State(InflateLimits the_limits) : limits(the_limits) {
        // 0: as large a window as the stream says, which is 4 KiB when it is ours.
        if (inflateInit2(&stream, 0) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    ~State() { inflateEnd(&stream); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    bool too_dense() const {
        return stream.total_out > limits.free_output && stream.total_out / limits.max_ratio > stream.total_in;
    }

    InflateLimits limits;
    z_stream stream{};
    Outcome ended = Outcome::more_input;  // once it has, by what
};

StreamInflater::StreamInflater(InflateLimits limits) : state_(std::make_unique<State>(limits)) {}
StreamInflater::~StreamInflater() = default;
StreamInflater::StreamInflater(StreamInflater&&) noexcept = default;
StreamInflater& StreamInflater::operator=(StreamInflater&&) noexcept = default;

StreamInflater::Step StreamInflater::next(std::string_view input, std::span<char> room) {
    if (state_->ended != Outcome::more_input) {
        return {.outcome = state_->ended};
    }
    constexpr std::size_t most = std::numeric_limits<uInt>::max();
    z_stream& stream = state_->stream;
    const auto input_size = static_cast<uInt>(std::min(input.size(), most));
    const auto room_size = static_cast<uInt>(std::min(room.size(), most));
    // zlib takes its input by a pointer that is not const, and does not write to it.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream.avail_in = input_size;
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    stream.avail_out = room_size;
    const int result = inflate(&stream, Z_SYNC_FLUSH);
    Step step{.consumed = input_size - stream.avail_in, .produced = room_size - stream.avail_out};
    if (state_->too_dense()) {
        step.outcome = state_->ended = Outcome::too_dense;
    } else if (result == Z_STREAM_END) {
        step.outcome = state_->ended = Outcome::end;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {  // the latter: nothing to be done without more of either
        step.outcome = state_->ended = Outcome::bad_data;
    } else {
        step.outcome = stream.avail_out == 0 ? Outcome::more_room : Outcome::more_input;
    }
    return step;
}

}  // namespace gnutella::wire
