#include "net/alternates.hpp"

#include <chrono>

namespace gnutella::net {

namespace {

using transfer::AlternateLocation;
using Clock = std::chrono::steady_clock;

// In one header: more are not read, and fewer are told.
constexpr std::size_t max_heard = 32;
constexpr std::size_t max_told = 10;

std::optional<wire::IpAddress> address_of(const Endpoint& who) {
    const auto location = transfer::location_of(who);
    return location ? std::optional(location->address) : std::nullopt;
}

}  // namespace

std::vector<AlternateLocation> Alternates::hear(const Urn& urn, const Endpoint& who, std::string_view alternates,
                                                std::string_view former) {
    if (alternates.empty() && former.empty()) {
        return {};
    }
    const auto address = address_of(who);
    auto known = transfer::parse_alternate_locations(alternates, max_heard);
    const auto gone = transfer::parse_alternate_locations(former, max_heard);
    const std::scoped_lock lock(mutex_);
    for (const AlternateLocation& location : known) {
        if (is_fit_for(location, address)) {
            cache_.learn(urn, location, Clock::now());
        } else {
            counters_->alternates_refused.fetch_add(1, std::memory_order_relaxed);
        }
    }
    for (const AlternateLocation& location : gone) {
        if (is_fit_for(location, address)) {
            cache_.forget(urn, location);
        }
    }
    return known;
}

std::string Alternates::tell(const Urn& urn, const Endpoint& who, std::span<const AlternateLocation> known) {
    const std::scoped_lock lock(mutex_);
    return alternate_locations_text(cache_.tell(urn, address_of(who), known, max_told, Clock::now()));
}

void Alternates::learn(const Urn& urn, const Endpoint& source) {
    if (const auto location = transfer::location_of(source)) {
        const std::scoped_lock lock(mutex_);
        cache_.learn(urn, *location, Clock::now());
    }
}

void Alternates::forget(const Urn& urn, const Endpoint& source) {
    if (const auto location = transfer::location_of(source)) {
        const std::scoped_lock lock(mutex_);
        cache_.forget(urn, *location);
    }
}

std::vector<Endpoint> Alternates::find(const Urn& urn) {
    const auto here = wire::IpAddress::v4({127, 0, 0, 1});  // to which everything may be told
    const std::scoped_lock lock(mutex_);
    std::vector<Endpoint> sources;
    for (const AlternateLocation& location : cache_.tell(urn, here, {}, SIZE_MAX, Clock::now())) {
        sources.push_back(endpoint_of(location));
    }
    return sources;
}

}  // namespace gnutella::net
