#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <span>
#include <utility>

namespace gnutella::net {

/// What came on a stream and has not been read. The window that the far end was given bounds it.
class ReceiveBuffer {
  public:
    std::size_t size() const noexcept { return size_; }

    void append(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            if (chunks_.empty() || chunks_.back().end == chunk_size) {
                chunks_.emplace_back().bytes = std::make_unique_for_overwrite<std::byte[]>(chunk_size);
            }
            Chunk& last = chunks_.back();
            const std::size_t here = std::min(bytes.size(), chunk_size - last.end);
            std::memcpy(last.bytes.get() + last.end, bytes.data(), here);
            last.end += here;
            size_ += here;
            bytes = bytes.subspan(here);
        }
    }

    /// Moves bytes out. @return how many.
    std::size_t take(std::span<std::byte> to) {
        std::size_t taken = 0;
        while (taken < to.size() && size_ > 0) {
            Chunk& front = chunks_.front();
            const std::size_t here = std::min(to.size() - taken, front.end - front.first);
            std::memcpy(to.data() + taken, front.bytes.get() + front.first, here);
            front.first += here;
            taken += here;
            size_ -= here;
            if (front.first == front.end) {
                chunks_.pop_front();
            }
        }
        return taken;
    }

    /// Throws all away. @return how much it was.
    std::size_t clear() noexcept {
        chunks_.clear();
        return std::exchange(size_, 0);
    }

  private:
    static constexpr std::size_t chunk_size = 16 * 1024;

    struct Chunk {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t first = 0;
        std::size_t end = 0;
    };

    std::deque<Chunk> chunks_;
    std::size_t size_ = 0;
};

}  // namespace gnutella::net
