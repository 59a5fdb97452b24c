#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace gnutella::wire {

/// The sending end of a compressed session ("Gnutella Traffic Compression", 2): one zlib stream over all messages. What
/// was added can be read at the far end after the next flush; each flush costs some bytes, so that many messages share
/// one: every 4 KiB, and 200 ms after the first that waits.
class StreamDeflater {
  public:
    StreamDeflater();
    ~StreamDeflater();
    StreamDeflater(StreamDeflater&&) noexcept;
    StreamDeflater& operator=(StreamDeflater&&) noexcept;

    /// Appends to `to` what is ready of the compressed stream; often nothing.
    void add(std::string_view bytes, std::string& to);
    /// Appends all that is not out yet, so that the far end can read it. Nothing when nothing waits.
    void flush(std::string& to);
    /// Appends the end of the stream; nothing may be added after it.
    void finish(std::string& to);
    /// Bytes that were added since the last flush.
    std::size_t waiting() const noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace gnutella::wire
