#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace gnutella::transfer {

/// The memory in which bytes wait for the disk, of all downloads together. While there is plenty of it, a long answer
/// gets a large ring, so that who receives and who checks need not wait for one another at each block; everybody gets
/// what keeps a source going. Any thread.
class RingMemory {
  public:
    /// Bytes of one ring, always a power of two.
    static constexpr std::size_t least = 128 * 1024;
    static constexpr std::size_t most = 1024 * 1024;
    /// Bytes lent up to which a ring may be larger than `least`.
    static constexpr std::size_t plenty = 16 * 1024 * 1024;

    /// Given back when it goes, before the RingMemory does.
    class Loan {
      public:
        Loan(Loan&& other) noexcept : lent_(std::exchange(other.lent_, nullptr)), size_(other.size_) {}
        Loan& operator=(Loan&&) = delete;
        ~Loan() {
            if (lent_ != nullptr) {
                lent_->fetch_sub(size_, std::memory_order_relaxed);
            }
        }

        std::size_t size() const noexcept { return size_; }

      private:
        friend RingMemory;
        Loan(std::atomic<std::size_t>& lent, std::size_t size) noexcept : lent_(&lent), size_(size) {}

        std::atomic<std::size_t>* lent_;
        std::size_t size_;
    };

    /// Memory for an answer of so many bytes.
    Loan lend(std::uint64_t bytes) noexcept {
        constexpr std::uint64_t rounds = 4;  // fewer are not worth a larger ring
        const auto size =
            static_cast<std::size_t>(std::clamp<std::uint64_t>(std::bit_floor(bytes / rounds), least, most));
        if (lent_.fetch_add(size, std::memory_order_relaxed) + size <= plenty) {
            return {lent_, size};
        }
        lent_.fetch_sub(size - least, std::memory_order_relaxed);
        return {lent_, least};
    }

  private:
    std::atomic<std::size_t> lent_ = 0;
};

}  // namespace gnutella::transfer
