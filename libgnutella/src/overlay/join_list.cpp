#include "overlay/join_list.hpp"

#include <algorithm>

namespace gnutella::overlay {

void JoinList::want(const Endpoint& neighbour, TimePoint now) {
    if (wants(neighbour)) {
        return;
    }
    entries_.push_back({neighbour, BackOff(retry_interval_, max_retry_interval_), State::waiting, now});
    update_next();
}

void JoinList::forget(const Endpoint& neighbour) {
    std::erase_if(entries_, [&neighbour](const Entry& entry) { return entry.neighbour == neighbour; });
    update_next();
}

void JoinList::clear() {
    entries_.clear();
    update_next();
}

bool JoinList::wants(const Endpoint& neighbour) const {
    return std::ranges::find(entries_, neighbour, &Entry::neighbour) != entries_.end();
}

void JoinList::opened(const Endpoint& neighbour, TimePoint now) {
    const auto entry = std::ranges::find(entries_, neighbour, &Entry::neighbour);
    if (entry == entries_.end()) {
        return;
    }
    entry->state = State::open;
    entry->at = now;
    update_next();
}

void JoinList::lost(const Endpoint& neighbour, TimePoint now, Random& random) {
    if (Entry* entry = find(neighbour, State::open)) {
        entry->back_off.lasted(std::chrono::floor<std::chrono::microseconds>(now - entry->at));
        wait(*entry, now, random);
        update_next();
    }
}

bool JoinList::failed(const Endpoint& neighbour, TimePoint now, Random& random) {
    Entry* entry = find(neighbour, State::trying);
    if (entry == nullptr) {
        return false;
    }
    wait(*entry, now, random);
    update_next();
    return true;
}

void JoinList::reached_otherwise(const Endpoint& neighbour, TimePoint now, Random& random) {
    if (Entry* entry = find(neighbour, State::trying)) {
        entry->back_off.reset();
        entry->state = State::reached_otherwise;
        entry->at = now + BackOff::jittered(max_retry_interval_, random);
        update_next();
    }
}

void JoinList::session_lost(TimePoint now, Random& random) {
    for (Entry& entry : entries_) {
        if (entry.state == State::reached_otherwise) {
            wait(entry, now, random);
        }
    }
    update_next();
}

std::optional<Endpoint> JoinList::take_due(TimePoint now) {
    if (next_ > now) {
        return std::nullopt;
    }
    for (Entry& entry : entries_) {
        const bool waits = entry.state == State::waiting || entry.state == State::reached_otherwise;
        if (waits && entry.at <= now) {
            entry.state = State::trying;
            update_next();
            return entry.neighbour;
        }
    }
    return std::nullopt;
}

JoinList::Entry* JoinList::find(const Endpoint& neighbour, State state) {
    const auto found = std::ranges::find(entries_, neighbour, &Entry::neighbour);
    return found == entries_.end() || found->state != state ? nullptr : &*found;
}

void JoinList::wait(Entry& entry, TimePoint now, Random& random) {
    entry.state = State::waiting;
    entry.at = now + entry.back_off.next(random);
}

void JoinList::update_next() {
    next_ = TimePoint::max();
    for (const Entry& entry : entries_) {
        if (entry.state == State::waiting || entry.state == State::reached_otherwise) {
            next_ = std::min(next_, entry.at);
        }
    }
}

}  // namespace gnutella::overlay
