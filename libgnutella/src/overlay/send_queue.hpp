#pragma once

#include "overlay/actions.hpp"
#include "overlay/congestion.hpp"
#include "wire/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gnutella::overlay {

/// What waits to be sent to one neighbour, in order and in bounded memory. A neighbour that reads too slowly loses
/// what is least worth first, in the order of Priority, and the oldest of each first.
class SendQueue {
  public:
    /// @param max_bytes of frames that wait or are being written.
    explicit SendQueue(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    struct Pushed {
        /// Frames that were lost; the pushed one among them if there was no room even so.
        std::size_t dropped = 0;
        /// A control frame found no room: the session is to be closed, with Error::queue_full.
        bool overflow = false;
    };
    Pushed push(wire::Frame frame, Priority priority);
    /// Drops all that waits and is not being written. @return how many frames.
    std::size_t drop_waiting();

    /// Takes the next frames for one write: as many as there are, up to both bounds, but one at least. They stay here,
    /// and count, until written() is called. Empty when nothing waits, and while a write is under way.
    std::span<const wire::Frame> take(std::size_t max_frames, std::size_t max_bytes);
    /// The frames that were taken last have left.
    void written();

    /// Whether nothing waits and nothing is being written.
    bool empty() const { return bytes_ == 0; }
    /// Bytes that wait or are being written.
    std::size_t bytes() const { return bytes_; }
    /// Congested from the moment that more than half of what may wait does, until less than a quarter is left
    /// (0.6, 3.1): the two are apart so that it does not change with every frame.
    Congestion congestion() const { return congestion_; }

  private:
    // One lane for each priority, so that the oldest of the least worth is at hand; `turn` keeps the order over all.
    struct Waiting {
        std::uint64_t turn = 0;
        wire::Frame frame;
    };
    class Lane {
      public:
        bool empty() const { return first_ == frames_.size(); }
        const Waiting& front() const { return frames_[first_]; }
        std::size_t bytes() const { return bytes_; }
        void push(Waiting waiting);
        wire::Frame pop();

      private:
        std::vector<Waiting> frames_;
        std::size_t first_ = 0;
        std::size_t bytes_ = 0;
    };

    Lane& lane(Priority priority) { return lanes_[static_cast<std::size_t>(priority)]; }
    Lane* next_lane();
    void leave(std::size_t bytes);

    std::size_t max_bytes_;
    std::size_t bytes_ = 0;
    Congestion congestion_ = Congestion::none;
    std::uint64_t turn_ = 0;
    std::array<Lane, priorities> lanes_;
    std::vector<wire::Frame> writing_;
    std::size_t writing_bytes_ = 0;
};

}  // namespace gnutella::overlay
