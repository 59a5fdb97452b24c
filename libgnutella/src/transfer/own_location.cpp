#include "transfer/own_location.hpp"

#include <span>

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

}  // namespace gnutella::transfer
