#include "wire/gnutella/handshake_lines.hpp"

#include <charconv>

namespace gnutella::wire {

namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

// Takes digits from the front; nullopt when there are none, or too many.
std::optional<std::uint16_t> take_number(std::string_view& text) {
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

std::optional<HeaderVersion> take_version(std::string_view& text) {
    const auto major = take_number(text);
    if (!major || !take_prefix(text, ".")) {
        return std::nullopt;
    }
    const auto minor = take_number(text);
    return minor ? std::optional(HeaderVersion{*major, *minor}) : std::nullopt;
}

}  // namespace

std::optional<HeaderVersion> read_connect_line(std::string_view line) noexcept {
    if (!take_prefix(line, "GNUTELLA CONNECT/")) {
        return std::nullopt;
    }
    const auto version = take_version(line);
    return trimmed(line).empty() ? version : std::nullopt;
}

std::optional<StatusLine> read_status_line(std::string_view line) noexcept {
    if (!take_prefix(line, "GNUTELLA/")) {
        return std::nullopt;
    }
    StatusLine status;
    const auto version = take_version(line);
    if (!version || !take_prefix(line, " ")) {
        return std::nullopt;
    }
    const auto code = take_number(line);
    if (!code || *code < 100 || *code > 999 || (!line.empty() && line.front() != ' ')) {
        return std::nullopt;
    }
    status.version = *version;
    status.code = *code;
    status.reason = trimmed(line);
    return status;
}

std::string status_line(std::uint16_t code, std::string_view reason) {
    std::string line = "GNUTELLA/0.6 " + std::to_string(code) + ' ';
    line.append(reason).append("\r\n");
    return line;
}

}  // namespace gnutella::wire
