#include "transfer/alternate_locations.hpp"

#include "ascii.hpp"

#include <algorithm>
#include <array>

namespace gnutella::transfer {

namespace {

constexpr std::uint16_t gnutella_port = 6346;
constexpr std::size_t first_v4_byte = 12;

// Four numbers, and nothing that another reader might take for octal or for fewer of them.
std::optional<wire::IpAddress> parse_v4(std::string_view text) {
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t index = 0; index < bytes.size(); ++index) {
        const bool last = index + 1 == bytes.size();
        const std::size_t end = last ? text.size() : text.find('.');
        if (end == std::string_view::npos || (end > 1 && text.front() == '0')) {
            return std::nullopt;
        }
        const auto number = ascii::parse_number<std::uint8_t>(text.substr(0, end));
        if (!number) {
            return std::nullopt;
        }
        bytes[index] = *number;
        text.remove_prefix(last ? end : end + 1);
    }
    return wire::IpAddress::v4(bytes);
}

// RFC 1122, 3.2.1.3: not "this host", nor groups and what is reserved, broadcast among them.
bool can_be_a_host(const wire::IpAddress& address) {
    const std::uint8_t first = address.bytes[first_v4_byte];
    return first != 0 && first < 224;
}

std::optional<AlternateLocation> parse_one(std::string_view text) {
    constexpr std::string_view scheme = "http://";
    text = ascii::trimmed(text);
    if (text.starts_with(scheme)) {
        text.remove_prefix(scheme.size());
        text = text.substr(0, text.find('/'));
    }
    const std::size_t colon = text.find(':');
    const auto address = parse_v4(text.substr(0, colon));
    const auto port = colon == std::string_view::npos ? std::optional(gnutella_port)
                                                      : ascii::parse_number<std::uint16_t>(text.substr(colon + 1));
    if (!address || !can_be_a_host(*address) || port.value_or(0) == 0) {
        return std::nullopt;
    }
    return AlternateLocation{*address, *port};
}

std::optional<AlternateLocation> parse_one_with_key(std::string_view text) {
    text = ascii::trimmed(text);
    const std::size_t equals = text.find('=');
    const auto key = equals == std::string_view::npos ? std::nullopt : KeyHash::parse(text.substr(equals + 1));
    auto location = key ? parse_one(text.substr(0, equals)) : std::nullopt;
    if (location) {
        location->key = key;
    }
    return location;
}

template <class ParseOne>
std::vector<AlternateLocation> parse_list(std::string_view value, std::size_t most, ParseOne parse) {
    std::vector<AlternateLocation> locations;
    while (!value.empty() && locations.size() < most) {
        const std::size_t comma = std::min(value.find(','), value.size());
        const auto location = parse(value.substr(0, comma));
        if (location && std::ranges::find(locations, *location) == locations.end()) {
            locations.push_back(*location);
        }
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
    return locations;
}

}  // namespace

std::vector<AlternateLocation> parse_alternate_locations(std::string_view value, std::size_t most) {
    return parse_list(value, most, parse_one);
}

std::vector<AlternateLocation> parse_quic_locations(std::string_view value, std::size_t most) {
    return parse_list(value, most, parse_one_with_key);
}

std::string quic_locations_text(std::span<const AlternateLocation> locations) {
    std::string text;
    for (const AlternateLocation& location : locations) {
        if (location.key) {
            text += text.empty() ? "" : ",";
            text += endpoint_of(location).to_string() + "=" + location.key->to_string();
        }
    }
    return text;
}

std::string alternate_locations_text(std::span<const AlternateLocation> locations) {
    std::string text;
    for (const AlternateLocation& location : locations) {
        text += text.empty() ? "" : ",";
        text += endpoint_of(location).to_string();
    }
    return text;
}

std::optional<AlternateLocation> location_of(const Endpoint& endpoint) {
    const auto address = parse_v4(endpoint.host);
    if (!address || !can_be_a_host(*address) || endpoint.port == 0) {
        return std::nullopt;
    }
    return AlternateLocation{*address, endpoint.port};
}

Endpoint endpoint_of(const AlternateLocation& location) {
    std::string host;
    for (std::size_t index = first_v4_byte; index < location.address.bytes.size(); ++index) {
        host += host.empty() ? "" : ".";
        host += std::to_string(location.address.bytes[index]);
    }
    return {std::move(host), location.port};
}

bool is_fit_for(const AlternateLocation& location, const std::optional<wire::IpAddress>& who) noexcept {
    if (location.address.is_loopback()) {
        return who && who->is_loopback();
    }
    return !location.address.is_local() || (who && who->is_local());
}

}  // namespace gnutella::transfer
