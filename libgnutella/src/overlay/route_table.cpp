#include "overlay/route_table.hpp"

#include <algorithm>
#include <bit>

namespace gnutella::overlay {

namespace {

constexpr std::size_t first_capacity = 64;
constexpr std::size_t most_capacity = std::size_t{1} << 30;  // places are counted in 32 bits

}  // namespace

RouteTable::RouteTable(std::size_t max_routes, std::chrono::milliseconds lifetime, Random& random)
    : max_routes_(std::clamp<std::size_t>(max_routes, 1, most_capacity)), lifetime_(lifetime), hash_(random) {
    grow();
}

bool RouteTable::insert(const Guid& id, SessionId from, TimePoint now) {
    while (count_ > 0 && now - ring_[oldest_].seen_at >= lifetime_) {
        forget_oldest();
    }
    if (index_[slot_of(id)] != 0) {
        return false;
    }
    if (count_ == max_routes_) {
        forget_oldest();
        ++forgotten_;
    } else if (count_ == ring_.size()) {
        grow();
    }
    std::size_t place = oldest_ + count_;
    if (place >= ring_.size()) {
        place -= ring_.size();
    }
    ring_[place] = Route{id, now, from, 0, 0, false, nullptr};
    index_[slot_of(id)] = static_cast<std::uint32_t>(place + 1);
    ++count_;
    return true;
}

RouteTable::Route* RouteTable::find(const Guid& id, TimePoint now) {
    const std::uint32_t place = index_[slot_of(id)];
    if (place == 0 || now - ring_[place - 1].seen_at >= lifetime_) {
        return nullptr;
    }
    return &ring_[place - 1];
}

// The slot that holds the id, or the free one where it would stand.
std::size_t RouteTable::slot_of(const Guid& id) const {
    std::size_t slot = home_of(id);
    while (index_[slot] != 0 && ring_[index_[slot] - 1].id != id) {
        slot = (slot + 1) & (index_.size() - 1);
    }
    return slot;
}

void RouteTable::forget_oldest() {
    free_slot(slot_of(ring_[oldest_].id));
    ring_[oldest_].origin.reset();
    oldest_ = oldest_ + 1 == ring_.size() ? 0 : oldest_ + 1;
    --count_;
}

// Closes the gap, so that no search ends too early: Knuth, The Art of Computer Programming 3, 6.4, algorithm R.
void RouteTable::free_slot(std::size_t slot) {
    const std::size_t mask = index_.size() - 1;
    std::size_t gap = slot;
    for (std::size_t next = (gap + 1) & mask; index_[next] != 0; next = (next + 1) & mask) {
        const std::size_t home = home_of(ring_[index_[next] - 1].id);
        if (((next - home) & mask) >= ((next - gap) & mask)) {
            index_[gap] = index_[next];
            gap = next;
        }
    }
    index_[gap] = 0;
}

void RouteTable::grow() {
    const std::size_t capacity = std::min(max_routes_, std::max(first_capacity, ring_.size() * 2));
    std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(oldest_), ring_.end());
    oldest_ = 0;
    ring_.resize(capacity);
    index_.assign(std::bit_ceil(capacity * 2), 0);
    for (std::size_t place = 0; place < count_; ++place) {
        index_[slot_of(ring_[place].id)] = static_cast<std::uint32_t>(place + 1);
    }
}

}  // namespace gnutella::overlay
