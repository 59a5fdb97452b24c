#include "wire/gnutella/stream_deflater.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace gnutella::wire {

namespace {

// A window of 4 KiB, and 32 KiB of memory in place of zlib's usual 256: there may be thousands of sessions. Queries
// become 8 to 9 % larger by it. The level is that of zlib's quick ways: the slow ones take 1 % off, at half the speed.
constexpr int level = 2;
constexpr int window_bits = 12;
constexpr int memory_level = 5;

constexpr std::size_t room_at_a_time = 4096;

}  // namespace

struct StreamDeflater::State {
    State() {
        if (deflateInit2(&stream, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    ~State() { deflateEnd(&stream); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void run(int mode, std::string& to) {
        std::array<char, room_at_a_time> room;  // mostly nothing comes out: growing `to` for it would cost more
        do {
            stream.next_out = reinterpret_cast<Bytef*>(room.data());
            stream.avail_out = room_at_a_time;
            deflate(&stream, mode);
            to.append(room.data(), room_at_a_time - stream.avail_out);
        } while (stream.avail_out == 0);
    }

    z_stream stream{};
    std::size_t waiting = 0;
};

StreamDeflater::StreamDeflater() : state_(std::make_unique<State>()) {}
StreamDeflater::~StreamDeflater() = default;
StreamDeflater::StreamDeflater(StreamDeflater&&) noexcept = default;
StreamDeflater& StreamDeflater::operator=(StreamDeflater&&) noexcept = default;

void StreamDeflater::add(std::string_view bytes, std::string& to) {
    state_->waiting += bytes.size();
    while (!bytes.empty()) {
        const std::size_t size = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
        // zlib takes its input by a pointer that is not const, and does not write to it.
        state_->stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        state_->stream.avail_in = static_cast<uInt>(size);
        state_->run(Z_NO_FLUSH, to);
        bytes.remove_prefix(size);
    }
}

void StreamDeflater::flush(std::string& to) {
    if (state_->waiting == 0) {
        return;
    }
    state_->stream.avail_in = 0;
    state_->run(Z_SYNC_FLUSH, to);
    state_->waiting = 0;
}

void StreamDeflater::finish(std::string& to) {
    state_->stream.avail_in = 0;
    state_->run(Z_FINISH, to);
    state_->waiting = 0;
}

std::size_t StreamDeflater::waiting() const noexcept {
    return state_->waiting;
}

}  // namespace gnutella::wire
