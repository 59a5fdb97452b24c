#include "transfer/own_location.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

namespace gnutella::transfer {

std::optional<AlternateLocation> own_location(const OwnPort& own, const Endpoint& near, const Endpoint& far) {
    auto here = location_of({own.host.empty() ? near.host : own.host, own.port});
    const auto there = location_of(far);
    if (!here || !is_fit_for(*here, there ? std::optional(there->address) : std::nullopt)) {
        return std::nullopt;
    }
    here->key = own.key;
    return here;
}

std::string alternate_location_fields(const AlternateLocation& location) {
    const std::span one(&location, 1);
    std::string fields = "X-Alt: " + alternate_locations_text(one) + "\r\n";
    if (location.key) {
        fields += "X-Alt-Quic: " + quic_locations_text(one) + "\r\n";
    }
    return fields;
}

std::string former_location_fields(std::span<const AlternateLocation> locations, const Endpoint& far) {
    const auto there = location_of(far);
    const auto address = there ? std::optional(there->address) : std::nullopt;
    std::vector<AlternateLocation> fit;
    std::ranges::copy_if(locations, std::back_inserter(fit),
                         [&](const AlternateLocation& location) { return is_fit_for(location, address); });
    return fit.empty() ? std::string() : "X-NAlt: " + alternate_locations_text(fit) + "\r\n";
}

}  // namespace gnutella::transfer
