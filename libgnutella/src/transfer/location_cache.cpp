#include "transfer/location_cache.hpp"

#include <algorithm>

namespace gnutella::transfer {

void LocationCache::learn(const Urn& urn, const AlternateLocation& location, Time now, Word word) {
    if (!urn.sha1() || max_locations_ == 0) {
        return;
    }
    const auto [place, added] = files_.try_emplace(*urn.sha1());
    File& file = place->second;
    if (added) {
        latest_.push_front(*urn.sha1());
        file.place = latest_.begin();
    } else {
        latest_.splice(latest_.begin(), latest_, file.place);
    }
    std::optional<KeyHash> key = location.key;
    file.locations.remove_if([&](const Known& known) {
        const bool same = known.location == location;
        if (same) {
            key = key ? key : known.location.key;  // who speaks no QUIC does not tell it
            word = std::max(word, known.word);
        }
        return same;
    });
    file.locations.push_front({location, now, word});
    file.locations.front().location.key = key;
    if (file.locations.size() > max_locations_) {
        file.locations.pop_back();
        ++forgotten_;
    }
    if (files_.size() > max_files) {
        const auto longest_ago = files_.find(latest_.back());
        forgotten_ += longest_ago->second.locations.size();
        files_.erase(longest_ago);
        latest_.pop_back();
    }
}

void LocationCache::forget(const Urn& urn, const AlternateLocation& location) {
    const auto place = urn.sha1() ? files_.find(*urn.sha1()) : files_.end();
    if (place == files_.end()) {
        return;
    }
    place->second.locations.remove_if([&](const Known& known) { return known.location == location; });
    if (place->second.locations.empty()) {
        latest_.erase(place->second.place);
        files_.erase(place);
    }
}

std::vector<AlternateLocation> LocationCache::tell(const Urn& urn, const std::optional<wire::IpAddress>& who,
                                                   std::span<const AlternateLocation> known, std::size_t most,
                                                   Time now) const {
    std::vector<AlternateLocation> told;
    const auto place = urn.sha1() ? files_.find(*urn.sha1()) : files_.end();
    if (place == files_.end()) {
        return told;
    }
    for (const auto& [location, heard, word] : place->second.locations) {
        if (told.size() == most || now - heard > lifetime) {
            break;
        }
        const bool himself = location.address == who && !location.address.is_local();
        if (!himself && is_fit_for(location, who) && std::ranges::find(known, location) == known.end()) {
            told.push_back(location);
        }
    }
    return told;
}

std::vector<AlternateLocation> LocationCache::introduced(const Urn& urn, Time now) const {
    std::vector<AlternateLocation> found;
    const auto place = urn.sha1() ? files_.find(*urn.sha1()) : files_.end();
    if (place == files_.end()) {
        return found;
    }
    for (const auto& [location, heard, word] : place->second.locations) {
        if (word == Word::its_own && now - heard <= lifetime) {
            found.push_back(location);
        }
    }
    return found;
}

}  // namespace gnutella::transfer
