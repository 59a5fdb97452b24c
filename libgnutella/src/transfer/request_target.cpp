#include "transfer/request_target.hpp"

#include "ascii.hpp"

namespace gnutella::transfer {

namespace {

constexpr std::string_view file_resolver = "/uri-res/n2r?";
constexpr std::string_view tree_resolver = "/uri-res/n2x?";

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
        const int high = ascii::hexadecimal_value(text[at + 1]);
        const int low = ascii::hexadecimal_value(text[at + 2]);
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
    if (!ascii::starts_with(target, scheme)) {
        return target;
    }
    const std::size_t path = target.find('/', scheme.size());
    return path == std::string_view::npos ? std::string_view{} : target.substr(path);
}

// What a resolver is asked for; nullopt when it is not the one that is asked.
std::optional<std::string> asked_of(std::string_view resolver, std::string_view target) {
    auto decoded = percent_decode(without_authority(target));
    if (!decoded || !ascii::starts_with(*decoded, resolver)) {
        return std::nullopt;
    }
    decoded->erase(0, resolver.size());
    return decoded;
}

std::string name_in_target(const Urn& urn) {
    return urn.sha1() ? urn.sha1_string() : urn.to_string();
}

}  // namespace

std::optional<Urn> parse_target(std::string_view target) {
    const auto urn = asked_of(file_resolver, target);
    return urn ? Urn::parse(*urn) : std::nullopt;
}

std::optional<Urn> parse_tree_target(std::string_view target) {
    const auto urn = asked_of(tree_resolver, target);
    return urn ? Urn::parse(std::string_view(*urn).substr(0, urn->find(';'))) : std::nullopt;
}

std::string target_of(const Urn& urn) {
    return "/uri-res/N2R?" + name_in_target(urn);
}

std::string tree_target_of(const Urn& urn) {
    return "/uri-res/N2X?" + name_in_target(urn);
}

std::string thex_uri_of(const Urn& urn) {
    const std::string root = Urn(urn.tiger().value()).to_string();
    return tree_target_of(urn) + ";" + root.substr(root.rfind(':') + 1);
}

}  // namespace gnutella::transfer
