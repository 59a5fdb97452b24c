#include "transfer/upload_queue.hpp"

#include <algorithm>

namespace gnutella::transfer {

namespace {

// A place survives asking too early once: clocks differ, and a user may press a key.
constexpr std::size_t max_asked_too_early = 2;

}  // namespace

UploadQueue::Verdict UploadQueue::ask(const UploadAsker& asker, AddressLimit address_limit, Clock::time_point now) {
    drop_late(now);
    note_asking(asker, now);
    auto place = waiting_.find(asker);
    if (place == waiting_.end()) {
        // He counts as waiting while his turn is found out: nobody who has waited is passed over.
        place = waiting_.emplace(asker, Place{++last_number_, now, 0, address_limit}).first;
    }
    place->second.asked = now;
    const auto order = turns();
    if (is_next(order, asker)) {
        waiting_.erase(place);
        serve(asker.address);
        return Admitted{};
    }
    const auto turn = std::ranges::find_if(order, [&](const Turn& each) { return each.who == place; });
    QueuePosition position;
    position.position = static_cast<std::size_t>(turn - order.begin()) + 1;
    if (waiting_.size() > limits_.waiting && !find_room(order.back(), asker)) {
        return Refused{};
    }
    position.length = waiting_.size();
    position.limit = limits_.slots;
    position.poll_min = limits_.poll_min;
    position.poll_max = limits_.poll_max;
    return position;
}

void UploadQueue::release(const std::string& address) {
    const auto count = running_by_address_.find(address);
    if (count == running_by_address_.end()) {
        return;
    }
    --running_;
    if (--count->second == 0) {
        running_by_address_.erase(count);
    }
}

// His turn is over: what else he waits for comes as if he asked for it now.
void UploadQueue::serve(const std::string& address) {
    ++running_by_address_[address];
    ++running_;
    std::vector<Place*> others;
    for (auto& [who, place] : waiting_) {
        if (who.address == address) {
            others.push_back(&place);
        }
    }
    std::ranges::sort(others, {}, &Place::number);
    for (Place* place : others) {
        place->number = ++last_number_;
    }
}

std::size_t UploadQueue::running_to(const std::string& address) const {
    const auto count = running_by_address_.find(address);
    return count == running_by_address_.end() ? 0 : count->second;
}

void UploadQueue::drop_late(Clock::time_point now) {
    places_lost_ +=
        std::erase_if(waiting_, [&](const auto& each) { return now - each.second.asked > limits_.poll_max; });
}

// Who asks again and again without waiting has no advantage from it: he goes to the end.
void UploadQueue::note_asking(const UploadAsker& asker, Clock::time_point now) {
    const auto place = waiting_.find(asker);
    if (place == waiting_.end()) {
        return;
    }
    if (now - place->second.asked >= limits_.poll_min) {
        place->second.asked_too_early = 0;
    } else if (++place->second.asked_too_early > max_asked_too_early) {
        waiting_.erase(place);
        ++places_lost_;
    }
}

// The last in turn goes when there are too many. @return whether that was somebody else.
bool UploadQueue::find_room(const Turn& last, const UploadAsker& asker) {
    const bool another = last.who->first != asker;
    places_lost_ += another ? 1 : 0;
    waiting_.erase(last.who);
    return another;
}

std::vector<UploadQueue::Turn> UploadQueue::turns() {
    std::vector<Turn> order;
    order.reserve(waiting_.size());
    for (auto who = waiting_.begin(); who != waiting_.end(); ++who) {
        order.push_back({who, 0});
    }
    std::ranges::sort(order, {}, [](const Turn& turn) { return turn.who->second.number; });
    std::map<std::string_view, std::size_t> requests;
    for (Turn& turn : order) {
        const std::string& address = turn.who->first.address;
        turn.rank = requests.emplace(address, running_to(address)).first->second++;
    }
    std::ranges::stable_sort(order, {}, &Turn::rank);
    return order;
}

// Those before him take the free slots in thought, as far as they may have them.
bool UploadQueue::is_next(const std::vector<Turn>& turns, const UploadAsker& asker) const {
    std::size_t free = limits_.slots - std::min(running_, limits_.slots);
    std::map<std::string_view, std::size_t> taken;
    for (const Turn& turn : turns) {
        const auto& [who, place] = *turn.who;
        std::size_t& count = taken.emplace(who.address, running_to(who.address)).first->second;
        const bool may = place.address_limit == AddressLimit::exempt || count < limits_.slots_per_address;
        if (free == 0 || (who == asker && !may)) {
            return false;
        }
        if (who == asker) {
            return true;
        }
        if (may) {
            ++count;
            --free;
        }
    }
    return false;
}

}  // namespace gnutella::transfer
