#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <span>

namespace gnutella::net {

/// What a stream has to send, kept until the far end has acknowledged it: QUIC sends from here, and again from here
/// what was lost, so nothing in it moves. Not thread-safe, but the room that prepare() gives may be filled on another
/// thread.
class SendBuffer {
  public:
    /// Bytes that have not been sent for the first time.
    std::size_t unsent() const noexcept { return unsent_; }
    /// Bytes that are kept.
    std::size_t kept() const noexcept { return kept_; }

    /// Takes a copy.
    void append(std::span<const std::byte> bytes);

    /// Room for up to so many bytes, all in one piece; what is put there counts once commit() says how much it is. The
    /// room stays where it is as long as the buffer, whatever is called meanwhile, but for another prepare() or
    /// append().
    std::span<std::byte> prepare(std::size_t size);
    void commit(std::size_t size);

    /// The first pieces of what is unsent, as many as there are places for. @return how many.
    std::size_t peek(std::span<std::span<const std::byte>> pieces) const;

    /// So many more have been sent.
    void sent(std::size_t size);

    /// The first so many, all sent before, need not be kept.
    void acknowledged(std::size_t size);

  private:
    struct Chunk {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t capacity = 0;
        std::size_t acknowledged = 0;
        std::size_t sent = 0;
        std::size_t filled = 0;
        std::size_t room() const { return capacity - filled; }
    };

    Chunk& add_chunk(std::size_t capacity);
    void drop_acknowledged();

    std::deque<Chunk> chunks_;
    std::size_t kept_ = 0;
    std::size_t unsent_ = 0;
    std::size_t next_ = 0;  // the chunk in which what is unsent begins
};

}  // namespace gnutella::net
