#pragma once

#include <atomic>
#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace gnutella::wire {

/// The bytes of one encoded message: written once, then shared by the queues of all neighbours that it goes to. One
/// allocation, and a count; copying is cheap and may be done from any thread.
class Frame {
  public:
    Frame() = default;

    /// A frame of `size` bytes that `write(char*)` fills.
    template <class Write>
    static Frame make(std::size_t size, Write&& write) {
        Frame frame(allocate(size));
        std::forward<Write>(write)(frame.block_->bytes());
        return frame;
    }

    static Frame copy_of(std::string_view bytes) {
        return make(bytes.size(), [bytes](char* to) { std::memcpy(to, bytes.data(), bytes.size()); });
    }

    Frame(const Frame& other) noexcept : block_(other.block_) {
        if (block_ != nullptr) {
            block_->owners.fetch_add(1, std::memory_order_relaxed);
        }
    }
    Frame(Frame&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    Frame& operator=(Frame other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~Frame() {
        if (block_ != nullptr && block_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            block_->~Block();
            ::operator delete(block_);
        }
    }

    std::string_view bytes() const noexcept {
        return block_ == nullptr ? std::string_view() : std::string_view(block_->bytes(), block_->size);
    }
    std::size_t size() const noexcept { return block_ == nullptr ? 0 : block_->size; }
    bool empty() const noexcept { return size() == 0; }

  private:
    struct Block {
        std::atomic<std::size_t> owners{1};
        std::size_t size = 0;
        char* bytes() { return reinterpret_cast<char*>(this + 1); }
        const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
    };

    explicit Frame(Block* block) noexcept : block_(block) {}

    static Block* allocate(std::size_t size) {
        Block* block = ::new (::operator new(sizeof(Block) + size)) Block;
        block->size = size;
        return block;
    }

    Block* block_ = nullptr;
};

}  // namespace gnutella::wire
