#include "net/alternates.hpp"

#include <algorithm>
#include <chrono>

namespace gnutella::net {

namespace {

using transfer::AlternateLocation;
using Word = transfer::LocationCache::Word;
using Clock = std::chrono::steady_clock;

// In one header: more are not read, and fewer are told.
constexpr std::size_t max_heard = 32;
constexpr std::size_t max_told = 10;

std::optional<wire::IpAddress> address_of(const Endpoint& who) {
    const auto location = transfer::location_of(who);
    return location ? std::optional(location->address) : std::nullopt;
}

}  // namespace

std::vector<AlternateLocation> Alternates::hear(const Urn& urn, const Endpoint& who, const Said& said) {
    if (said.alternates.empty() && said.quic.empty() && said.former.empty()) {
        return {};
    }
    const auto address = address_of(who);
    auto known = transfer::parse_alternate_locations(said.alternates, max_heard);
    for (const AlternateLocation& location : transfer::parse_quic_locations(said.quic, max_heard)) {
        if (const auto same = std::ranges::find(known, location); same != known.end()) {
            same->key = location.key;
        } else if (known.size() < max_heard) {
            known.push_back(location);
        }
    }
    const auto gone = transfer::parse_alternate_locations(said.former, max_heard);
    const auto refused = std::erase_if(known, [&](const auto& location) { return !is_fit_for(location, address); });
    counters_->alternates_refused.fetch_add(refused, std::memory_order_relaxed);
    const std::scoped_lock lock(mutex_);
    for (const AlternateLocation& location : known) {
        learn_one(urn, location, location.address == address ? Word::its_own : Word::of_others);
    }
    for (const AlternateLocation& location : gone) {
        if (is_fit_for(location, address)) {
            cache_.forget(urn, location);
        }
    }
    return known;
}

std::vector<AlternateLocation> Alternates::tell(const Urn& urn, const Endpoint& who,
                                                std::span<const AlternateLocation> known) {
    const std::scoped_lock lock(mutex_);
    return cache_.tell(urn, address_of(who), known, max_told, Clock::now());
}

void Alternates::learn(const Urn& urn, const Hit& source) {
    if (auto location = transfer::location_of(source.source)) {
        location->key = source.key;
        const std::scoped_lock lock(mutex_);
        learn_one(urn, *location, Word::of_others);
    }
}

void Alternates::learn_one(const Urn& urn, const AlternateLocation& location, Word word) {
    cache_.learn(urn, location, Clock::now(), word);
    counters_->alternates_forgotten.store(cache_.forgotten(), std::memory_order_relaxed);
}

void Alternates::forget(const Urn& urn, const Endpoint& source) {
    if (const auto location = transfer::location_of(source)) {
        const std::scoped_lock lock(mutex_);
        cache_.forget(urn, *location);
    }
}

std::vector<AlternateLocation> Alternates::introduced(const Urn& urn) {
    const std::scoped_lock lock(mutex_);
    return cache_.introduced(urn, Clock::now());
}

}  // namespace gnutella::net
