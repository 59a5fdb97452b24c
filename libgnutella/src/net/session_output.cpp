#include "net/session_output.hpp"

namespace gnutella::net {

namespace {

constexpr std::size_t max_gathered_bytes = 256 * 1024;

// Room for so many compressed bytes is kept by an idle session.
constexpr std::size_t kept_capacity = 512;

}  // namespace

SessionOutput::SessionOutput(std::size_t max_queue, const SessionLayers& layers)
    : queue_(max_queue), max_frames_(max_pieces) {
    if (layers.sends_deflated) {
        deflater_.emplace();
    }
}

void SessionOutput::take() {
    in_flight_ = queue_.take(max_frames_, max_gathered_bytes);
    if (!deflater_ || in_flight_.empty()) {
        return;
    }
    for (const wire::Frame& frame : in_flight_) {
        deflater_->add(frame.bytes(), deflated_);
    }
    // All that waits has been taken, or as much as is written at once: nobody is kept waiting for what is not there yet
    // (Gnutella Traffic Compression, 2).
    deflater_->flush(deflated_);
    in_flight_ = {};
}

std::size_t SessionOutput::pieces(std::span<iovec> to) {
    if (at_boundary()) {
        take();
    }
    if (!deflated_.empty()) {
        to[0] = {deflated_.data() + sent_, deflated_.size() - sent_};
        return 1;
    }
    std::size_t skip = sent_;
    std::size_t count = 0;
    for (; count < in_flight_.size() && count < to.size(); ++count) {
        const std::string_view bytes = in_flight_[count].bytes().substr(std::exchange(skip, 0));
        to[count] = {const_cast<char*>(bytes.data()), bytes.size()};
    }
    return count;
}

void SessionOutput::advance(std::size_t sent) {
    sent_ += sent;
    if (!deflated_.empty()) {
        if (sent_ < deflated_.size()) {
            return;
        }
        sent_ = 0;
        deflated_.clear();
        if (deflated_.capacity() > kept_capacity) {
            deflated_.shrink_to_fit();
        }
        queue_.written();
        return;
    }
    while (!in_flight_.empty() && sent_ >= in_flight_.front().size()) {
        sent_ -= in_flight_.front().size();
        in_flight_ = in_flight_.subspan(1);
    }
    if (in_flight_.empty()) {
        queue_.written();
    }
}

}  // namespace gnutella::net
