#include "transfer/request_target.hpp"

namespace gnutella::transfer {

namespace {

constexpr std::string_view resolver = "/uri-res/n2r?";

char lower(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_case_prefix) noexcept {
    if (text.size() < lower_case_prefix.size()) {
        return false;
    }
    for (std::size_t at = 0; at < lower_case_prefix.size(); ++at) {
        if (lower(text[at]) != lower_case_prefix[at]) {
            return false;
        }
    }
    return true;
}

int hexadecimal_value(char digit) noexcept {
    const char letter = lower(digit);
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// RFC 3986, 2.1; nullopt where a '%' is not followed by two digits.
std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += text[at];
            continue;
        }
        if (text.size() - at < 3) {
            return std::nullopt;
        }
        const int high = hexadecimal_value(text[at + 1]);
        const int low = hexadecimal_value(text[at + 2]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        decoded += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return decoded;
}

// "http://host:port/path" names the same as "/path".
std::string_view without_authority(std::string_view target) noexcept {
    constexpr std::string_view scheme = "http://";
    if (!starts_with_ignoring_case(target, scheme)) {
        return target;
    }
    const std::size_t path = target.find('/', scheme.size());
    return path == std::string_view::npos ? std::string_view{} : target.substr(path);
}

}  // namespace

std::optional<Urn> parse_target(std::string_view target) {
    const auto decoded = percent_decode(without_authority(target));
    if (!decoded || !starts_with_ignoring_case(*decoded, resolver)) {
        return std::nullopt;
    }
    return Urn::parse(std::string_view(*decoded).substr(resolver.size()));
}

std::string target_of(const Urn& urn) {
    return "/uri-res/N2R?" + (urn.sha1() ? urn.sha1_string() : urn.to_string());
}

}  // namespace gnutella::transfer
