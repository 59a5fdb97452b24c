#pragma once

#include "wire/decode_step.hpp"
#include "wire/gnutella/message_header.hpp"
#include "wire/message.hpp"

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace gnutella::net {

/// What one read from a neighbour brought: the bytes, and the messages in them, which are views into these. It crosses
/// from the session's strand to the peer's and back as a whole, so that no message is copied or allocated for.
class ReadBatch {
  public:
    explicit ReadBatch(std::size_t capacity)
        : capacity_(capacity), bytes_(std::make_unique_for_overwrite<char[]>(capacity + compressed_size)) {}

    std::span<char> bytes() { return {bytes_.get(), capacity_}; }
    /// Where bytes go that become others before messages are found in them.
    std::span<char> compressed() { return {bytes_.get() + capacity_, compressed_size}; }
    std::pmr::memory_resource& memory() { return memory_; }

    std::vector<wire::Message> messages;
    /// Objects of unknown type that stood among them.
    std::size_t unknown = 0;
    /// Why each message was dropped that stood among them and was none.
    std::vector<wire::Malformed> dropped;
    /// What ended the stream, if anything did.
    std::optional<wire::Malformed> malformed;

    void clear() {
        messages.clear();  // before the memory that their lists are in
        memory_.release();
        unknown = 0;
        dropped.clear();
        malformed.reset();
    }
    bool empty() const { return messages.empty() && unknown == 0 && dropped.empty() && !malformed; }

  private:
    static constexpr std::size_t compressed_size = 16 * 1024;

    std::size_t capacity_;
    std::unique_ptr<char[]> bytes_;
    std::pmr::monotonic_buffer_resource memory_;
};

/// Batches for whoever reads just now: a session that waits for its neighbour holds none, so thousands of idle ones
/// cost next to nothing. Thread-safe: sessions take from their own strands, once for each read, not for each message.
class ReadBatchPool {
  public:
    explicit ReadBatchPool(std::size_t max_message_size)
        : capacity_(wire::MessageHeader::size + max_message_size + read_size) {}

    std::unique_ptr<ReadBatch> take();
    void give_back(std::unique_ptr<ReadBatch> batch);

    /// Bytes that are read at once; what an incomplete message left over comes before them.
    static constexpr std::size_t read_size = 64 * 1024;

  private:
    static constexpr std::size_t max_kept = 16;

    std::size_t capacity_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<ReadBatch>> kept_;
};

}  // namespace gnutella::net
