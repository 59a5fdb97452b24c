#include "option_values.hpp"

#include "printable.hpp"
#include "usage_error.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gnut {

namespace {

std::string quoted(std::string_view text) {
    return '\'' + printable(text) + '\'';
}

/// A word without a port is more often a mistaken port, option or command than a host.
bool names_port(std::string_view endpoint) {
    return endpoint.starts_with('[') ? endpoint.find("]:") != std::string_view::npos
                                     : std::ranges::count(endpoint, ':') == 1;
}

/// The whole text as a number, or nothing.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

}  // namespace

bool all_digits(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
}

std::uint16_t parse_port(std::string_view text) {
    const auto port = parse_number<std::uint16_t>(text);
    if (!port) {
        throw UsageError(quoted(text) + " is no port; give a number from 1 to 65535, or 0 for a free one");
    }
    return *port;
}

gnutella::Endpoint parse_peer(std::string_view text) {
    auto endpoint = gnutella::Endpoint::parse(text);
    if (!endpoint || !names_port(text)) {
        throw UsageError(quoted(text) + " is no peer; give HOST:PORT, such as localhost:8025");
    }
    return *std::move(endpoint);
}

std::vector<gnutella::Endpoint> parse_peers(const std::vector<std::string>& texts) {
    std::vector<gnutella::Endpoint> peers;
    peers.reserve(texts.size());
    for (const std::string& text : texts) {
        peers.push_back(parse_peer(text));
    }
    return peers;
}

std::chrono::milliseconds parse_timeout(std::string_view text) {
    constexpr double day = 86'400;
    const auto seconds = parse_number<double>(text);
    if (!seconds || !(*seconds > 0) || *seconds > day) {
        throw UsageError(quoted(text) + " is no time; give seconds over 0 and up to 86400, such as 2.5");
    }
    return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(*seconds));
}

std::uint64_t parse_rate(std::string_view text) {
    constexpr std::string_view units = "kMG";
    constexpr double most = 1e15;
    std::string_view digits = text;
    double unit = 1;
    if (const std::size_t place = text.empty() ? std::string_view::npos : units.find(text.back());
        place != std::string_view::npos) {
        digits.remove_suffix(1);
        unit = std::pow(1'000.0, static_cast<double>(place + 1));
    }
    const auto number = parse_number<double>(digits);
    if (!number || !(*number >= 0) || *number * unit > most) {
        throw UsageError(quoted(text) + " is no rate; give bytes a second, such as 500k or 2.5M, or 0 for no limit");
    }
    return static_cast<std::uint64_t>(std::ceil(*number * unit));
}

std::vector<gnutella::Transport> parse_transports(std::string_view text) {
    using gnutella::Transport;
    if (text == "quic") {
        return {Transport::quic};
    }
    if (text == "http") {
        return {Transport::http};
    }
    if (text == "auto") {
        return {Transport::quic, Transport::http};
    }
    throw UsageError(quoted(text) + " is no transport; give quic, http, or auto for the best that both sides have");
}

std::vector<gnutella::Dialect> parse_dialects(std::string_view text) {
    using gnutella::Dialect;
    if (text == "json") {
        return {Dialect::json};
    }
    if (text == "gnutella") {
        return {Dialect::gnutella};
    }
    if (text == "auto") {
        return {Dialect::json, Dialect::gnutella};
    }
    throw UsageError(quoted(text) + " is no dialect; give json, gnutella, or auto for the one that the peer speaks");
}

gnutella::Role parse_role(std::string_view text) {
    using gnutella::Role;
    for (const Role role : {Role::leaf, Role::ultrapeer}) {
        if (text == to_string(role)) {
            return role;
        }
    }
    throw UsageError(quoted(text) + " is no role; give leaf or ultrapeer");
}

}  // namespace gnut
