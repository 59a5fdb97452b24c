#include "share/settling.hpp"

namespace gnutella::share {

namespace {

// A file that changed all through this many settle times will not settle soon.
constexpr int restless_after = 20;

}  // namespace

void Settling::touch(const std::string& path, Time now) {
    const auto [place, added] = waiting_.try_emplace(path, Wait{now, now + settle_time_});
    if (added) {
        turns_.emplace(now + settle_time_, path);
        return;
    }
    Wait& wait = place->second;
    wait.until = now + settle_time_;
    if (!wait.restless && now - wait.since > restless_after * settle_time_) {
        wait.restless = true;
        ++restless_;
    }
}

void Settling::forget(const std::string& path) {
    const auto place = waiting_.find(path);
    if (place != waiting_.end()) {
        restless_ -= place->second.restless ? 1 : 0;
        waiting_.erase(place);
    }
}

std::optional<std::string> Settling::take(Time now) {
    while (!turns_.empty() && turns_.top().first <= now) {
        std::string path = turns_.top().second;
        turns_.pop();
        const auto place = waiting_.find(path);
        if (place == waiting_.end()) {
            continue;
        }
        if (place->second.until > now) {
            turns_.emplace(place->second.until, std::move(path));
            continue;
        }
        forget(path);
        return path;
    }
    return std::nullopt;
}

std::optional<Settling::Time> Settling::deadline() const {
    return turns_.empty() ? std::nullopt : std::optional(turns_.top().first);
}

}  // namespace gnutella::share
