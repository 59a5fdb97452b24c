#pragma once

#include "overlay/send_queue.hpp"
#include "wire/gnutella/stream_deflater.hpp"

#include <gnutella/session_info.hpp>

#include <sys/uio.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace gnutella::net {

/// What goes over one session: the queue in which messages wait, and the bytes that are next to be written, compressed
/// where that was agreed. Messages are dropped before they are compressed, since nothing can be left out of a
/// compressed stream.
class SessionOutput {
  public:
    /// Pieces for one system call: 4 KiB of iovec on the stack, and enough that the call itself costs little.
    static constexpr std::size_t max_pieces = 256;

    /// @param max_queue bytes that may wait, before compression: Settings::max_send_queue.
    SessionOutput(std::size_t max_queue, const SessionLayers& layers);

    overlay::SendQueue::Pushed push(wire::Frame frame, overlay::Priority priority) {
        return queue_.push(std::move(frame), priority);
    }

    /// Drops what has not begun to leave. @return how many messages.
    std::size_t drop_waiting() { return queue_.drop_waiting(); }
    overlay::Congestion congestion() const { return queue_.congestion(); }

    /// Takes no more frames at once from now on than one: see TcpSession::pace().
    void one_at_a_time() { max_frames_ = 1; }

    /// What is to be written next, in pieces; the same again until advance() says that it has left.
    /// @return how many pieces of `to` are filled; 0 when there is nothing.
    std::size_t pieces(std::span<iovec> to);

    /// So many bytes of these have left.
    void advance(std::size_t sent);

    /// Whether all that was taken from the queue has left: the beginning of a message comes next.
    bool at_boundary() const { return in_flight_.empty() && deflated_.empty(); }

  private:
    void take();

    overlay::SendQueue queue_;
    std::size_t max_frames_;
    std::span<const wire::Frame> in_flight_;  // what the queue gave to be written, and has not been yet
    std::size_t sent_ = 0;                    // bytes of its first frame that have left, or of `deflated_`
    std::optional<wire::StreamDeflater> deflater_;
    std::string deflated_;
};

}  // namespace gnutella::net
