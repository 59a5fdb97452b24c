#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace gnutella::transfer {

/// A queue of bytes in a piece of memory that never grows. Who fills it and who empties it use the memory in place: the
/// two parts never overlap, so that one may be filled while the other is emptied.
class ByteRing {
  public:
    explicit ByteRing(std::size_t capacity) : memory_(capacity) {}

    std::size_t size() const noexcept { return memory_.size(); }
    bool is_empty() const noexcept { return filled_ == 0; }
    bool is_full() const noexcept { return filled_ == memory_.size(); }

    /// Free memory, as far as it is in one piece; empty when the ring is full.
    std::span<std::byte> free_part() noexcept {
        const std::size_t begin = first_ + filled_;
        if (begin >= memory_.size()) {
            return std::span(memory_).subspan(begin - memory_.size(), memory_.size() - filled_);
        }
        return std::span(memory_).subspan(begin);
    }

    /// The first `count` bytes of `free_part` hold something now.
    void fill(std::size_t count) noexcept { filled_ += count; }

    /// The oldest bytes, as far as they are in one piece; empty when the ring is.
    std::span<const std::byte> filled_part() const noexcept {
        return std::span(memory_).subspan(first_, std::min(filled_, memory_.size() - first_));
    }

    /// Whether `filled_part` ends where the memory does, and so cannot become longer.
    bool is_filled_to_end() const noexcept { return first_ + filled_ >= memory_.size(); }

    /// The first `count` bytes of `filled_part` are needed no more.
    void empty(std::size_t count) noexcept {
        filled_ -= count;
        first_ = (first_ + count) % memory_.size();
    }

  private:
    std::vector<std::byte> memory_;
    std::size_t first_ = 0;
    std::size_t filled_ = 0;
};

}  // namespace gnutella::transfer
