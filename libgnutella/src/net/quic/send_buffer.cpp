#include "net/quic/send_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace gnutella::net {

namespace {

// A request takes one small piece; a file is sent from large ones.
constexpr std::size_t smallest_chunk = 4 * 1024;
constexpr std::size_t largest_chunk = 64 * 1024;

}  // namespace

SendBuffer::Chunk& SendBuffer::add_chunk(std::size_t capacity) {
    drop_acknowledged();
    Chunk& chunk = chunks_.emplace_back();
    chunk.bytes = std::make_unique_for_overwrite<std::byte[]>(capacity);
    chunk.capacity = capacity;
    return chunk;
}

// The last one stays while there is room in it: it may be being filled.
void SendBuffer::drop_acknowledged() {
    while (!chunks_.empty() && chunks_.front().acknowledged == chunks_.front().filled &&
           (chunks_.size() > 1 || chunks_.front().room() == 0)) {
        chunks_.pop_front();
        next_ -= next_ > 0 ? 1 : 0;
    }
}

void SendBuffer::append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const bool full = chunks_.empty() || chunks_.back().room() == 0;
        Chunk& last = full ? add_chunk(std::clamp(bytes.size(), smallest_chunk, largest_chunk)) : chunks_.back();
        const std::size_t here = std::min(bytes.size(), last.room());
        std::memcpy(last.bytes.get() + last.filled, bytes.data(), here);
        commit(here);
        bytes = bytes.subspan(here);
    }
}

std::span<std::byte> SendBuffer::prepare(std::size_t size) {
    const bool full = chunks_.empty() || chunks_.back().room() < size;
    const Chunk& last = full ? add_chunk(size) : chunks_.back();
    return {last.bytes.get() + last.filled, size};
}

void SendBuffer::commit(std::size_t size) {
    chunks_.back().filled += size;
    kept_ += size;
    unsent_ += size;
}

std::size_t SendBuffer::peek(std::span<std::span<const std::byte>> pieces) const {
    std::size_t count = 0;
    for (std::size_t at = next_; at < chunks_.size() && count < pieces.size(); ++at) {
        const Chunk& chunk = chunks_[at];
        if (chunk.sent < chunk.filled) {
            pieces[count++] = {chunk.bytes.get() + chunk.sent, chunk.filled - chunk.sent};
        }
    }
    return count;
}

void SendBuffer::sent(std::size_t size) {
    size = std::min(size, unsent_);
    unsent_ -= size;
    while (size > 0) {
        Chunk& chunk = chunks_[next_];
        const std::size_t here = std::min(size, chunk.filled - chunk.sent);
        chunk.sent += here;
        size -= here;
        next_ += size > 0 ? 1 : 0;
    }
}

void SendBuffer::acknowledged(std::size_t size) {
    size = std::min(size, kept_ - unsent_);
    kept_ -= size;
    while (size > 0) {
        Chunk& front = chunks_.front();
        const std::size_t here = std::min(size, front.sent - front.acknowledged);
        front.acknowledged += here;
        size -= here;
        drop_acknowledged();
    }
}

}  // namespace gnutella::net
