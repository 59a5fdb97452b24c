#include <gnutella/endpoint.hpp>

#include <algorithm>
#include <charconv>

namespace gnutella {

namespace {

constexpr std::size_t max_host_length = 255;  // RFC 1035, 2.3.4

bool valid_host(std::string_view host) {
    return !host.empty() && host.size() <= max_host_length && std::ranges::all_of(host, [](char letter) {
        return letter > ' ' && letter != 0x7F && letter != '[' && letter != ']';
    });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
        return std::nullopt;
    }
    return port;
}

}  // namespace

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
    std::string_view host;
    std::optional<std::string_view> port_text;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        host = text.substr(1, end - 1);
        const std::string_view rest = text.substr(end + 1);
        if (!rest.empty()) {
            if (rest.front() != ':') {
                return std::nullopt;
            }
            port_text = rest.substr(1);
        }
    } else if (std::ranges::count(text, ':') > 1) {
        host = text;  // an IPv6 address without brackets has no room for a port
    } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        port_text = text.substr(colon + 1);
    } else {
        host = text;
    }
    if (!valid_host(host)) {
        return std::nullopt;
    }
    Endpoint endpoint{std::string(host), default_port};
    if (port_text) {
        const auto port = parse_port(*port_text);
        if (!port) {
            return std::nullopt;
        }
        endpoint.port = *port;
    }
    return endpoint;
}

std::string Endpoint::to_string() const {
    const bool brackets = host.find(':') != std::string::npos;
    return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace gnutella
