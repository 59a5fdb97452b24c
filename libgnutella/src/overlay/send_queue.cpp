#include "overlay/send_queue.hpp"

#include <algorithm>
#include <utility>

namespace gnutella::overlay {

namespace {

// Room for this many frames is kept by an idle session; thousands of sessions are idle.
constexpr std::size_t kept_capacity = 16;

constexpr std::size_t priority_number(Priority priority) {
    return static_cast<std::size_t>(priority);
}

template <class Value>
void clear_for_reuse(std::vector<Value>& values) {
    if (values.capacity() > kept_capacity) {
        std::vector<Value>().swap(values);
        return;
    }
    values.clear();
}

}  // namespace

SendQueue::Pushed SendQueue::push(wire::Frame frame, Priority priority) {
    Pushed pushed;
    if (frame.empty()) {
        return pushed;
    }
    // What may have to go for it: nothing is dropped in vain.
    std::size_t staying = bytes_;
    const std::size_t victims = std::min(priority_number(priority) + 1, priority_number(Priority::control));
    for (std::size_t victim = 0; victim < victims; ++victim) {
        staying -= lanes_[victim].bytes();
    }
    if (frame.size() > max_bytes_ || staying > max_bytes_ - frame.size()) {
        pushed.overflow = priority == Priority::control;
        pushed.dropped = 1;
        return pushed;
    }
    for (std::size_t victim = 0; victim < victims; ++victim) {
        while (bytes_ > max_bytes_ - frame.size() && !lanes_[victim].empty()) {
            bytes_ -= lanes_[victim].pop().size();
            ++pushed.dropped;
        }
    }
    bytes_ += frame.size();
    if (bytes_ > max_bytes_ / 2) {
        congestion_ = Congestion::congested;
    }
    lane(priority).push({turn_++, std::move(frame)});
    return pushed;
}

std::size_t SendQueue::drop_waiting() {
    std::size_t dropped = 0;
    std::size_t bytes = 0;
    for (Lane& each : lanes_) {
        for (; !each.empty(); ++dropped) {
            bytes += each.pop().size();
        }
    }
    leave(bytes);
    return dropped;
}

std::span<const wire::Frame> SendQueue::take(std::size_t max_frames, std::size_t max_bytes) {
    if (!writing_.empty()) {
        return {};
    }
    writing_bytes_ = 0;
    for (Lane* next = next_lane(); next != nullptr; next = next_lane()) {
        const std::size_t size = next->front().frame.size();
        if (!writing_.empty() && (writing_.size() >= max_frames || writing_bytes_ + size > max_bytes)) {
            break;
        }
        writing_bytes_ += size;
        writing_.push_back(next->pop());
    }
    return writing_;
}

void SendQueue::written() {
    leave(std::exchange(writing_bytes_, 0));
    clear_for_reuse(writing_);
}

void SendQueue::leave(std::size_t bytes) {
    bytes_ -= bytes;
    if (bytes_ < max_bytes_ / 4) {
        congestion_ = Congestion::none;
    }
}

SendQueue::Lane* SendQueue::next_lane() {
    Lane* next = nullptr;
    for (Lane& candidate : lanes_) {
        if (!candidate.empty() && (next == nullptr || candidate.front().turn < next->front().turn)) {
            next = &candidate;
        }
    }
    return next;
}

void SendQueue::Lane::push(Waiting waiting) {
    bytes_ += waiting.frame.size();
    frames_.push_back(std::move(waiting));
}

wire::Frame SendQueue::Lane::pop() {
    wire::Frame frame = std::move(frames_[first_].frame);
    bytes_ -= frame.size();
    ++first_;
    if (first_ == frames_.size()) {
        clear_for_reuse(frames_);
        first_ = 0;
    } else if (first_ >= kept_capacity && first_ * 2 >= frames_.size()) {
        frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
    return frame;
}

}  // namespace gnutella::overlay
