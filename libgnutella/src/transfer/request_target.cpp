#include "transfer/request_target.hpp"

#include "ascii.hpp"
#include "base32.hpp"
#include "transfer/hexadecimal_guid.hpp"

#include <algorithm>
#include <array>

namespace gnutella::transfer {

namespace {

constexpr std::string_view file_resolver = "/uri-res/n2r?";
constexpr std::string_view tree_resolver = "/uri-res/n2x?";
constexpr std::string_view by_index = "/get/";
// The first is written today; gtk-gnutella knows all three.
constexpr std::array<std::string_view, 3> push_proxies{"/gnutella/push-proxy?", "/gnutella/pushproxy?",
                                                       "/gnet/push-proxy?"};

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

std::optional<Guid> parse_base32_guid(std::string_view text) noexcept {
    Guid guid;
    return decode_base32(text, guid.bytes) ? std::optional(guid) : std::nullopt;
}

// RFC 3986, 2.3.
bool is_unreserved(char letter) noexcept {
    const char small = ascii::lower(letter);
    return (small >= 'a' && small <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' || letter == '.' ||
           letter == '_' || letter == '~';
}

std::string percent_encode(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char letter : text) {
        if (is_unreserved(letter)) {
            encoded += letter;
            continue;
        }
        const auto octet = static_cast<unsigned char>(letter);
        encoded += '%';
        encoded += digits[octet >> 4];
        encoded += digits[octet & 0x0F];
    }
    return encoded;
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

std::optional<IndexedFile> parse_indexed_target(std::string_view target) {
    target = without_authority(target);
    if (!ascii::starts_with(target, by_index)) {
        return std::nullopt;
    }
    target.remove_prefix(by_index.size());
    const std::size_t slash = target.find('/');
    const auto index = ascii::parse_number<std::uint32_t>(target.substr(0, slash));
    if (slash == std::string_view::npos || !index) {
        return std::nullopt;
    }
    auto name = percent_decode(target.substr(slash + 1));
    if (!name || name->empty()) {
        return std::nullopt;
    }
    return IndexedFile{*index, *std::move(name)};
}

bool is_browse_target(std::string_view target) noexcept {
    return without_authority(target) == "/";
}

bool is_push_proxy_target(std::string_view target) noexcept {
    target = without_authority(target);
    return std::ranges::any_of(push_proxies,
                               [target](std::string_view path) { return ascii::starts_with(target, path); });
}

std::optional<PushProxyTarget> parse_push_proxy_target(std::string_view target) {
    if (!is_push_proxy_target(target)) {
        return std::nullopt;
    }
    target = without_authority(target);
    const std::size_t query = target.find('?');
    if (query == std::string_view::npos) {
        return std::nullopt;
    }
    target = target.substr(query + 1);
    PushProxyTarget wanted;
    while (!target.empty()) {
        const std::size_t end = std::min(target.find('&'), target.size());
        const std::string_view parameter = target.substr(0, end);
        target.remove_prefix(std::min(end + 1, target.size()));
        const std::size_t equals = std::min(parameter.find('='), parameter.size());
        const std::string_view value = parameter.substr(std::min(equals + 1, parameter.size()));
        const std::string_view name = parameter.substr(0, equals);
        std::optional<Guid> servent;
        if (ascii::same(name, "serverid")) {
            servent = parse_base32_guid(value);
        } else if (ascii::same(name, "guid")) {
            servent = parse_hexadecimal_guid(value);
        } else if (name == "file") {
            const auto index = ascii::parse_number<std::uint32_t>(value);
            if (!index) {
                return std::nullopt;
            }
            wanted.index = *index;
        }
        if (servent) {
            wanted.servent = *servent;
        }
    }
    return wanted.servent.is_nil() ? std::nullopt : std::optional(wanted);
}

std::string push_proxy_target_of(const Guid& servent) {
    std::string target(push_proxies.front());
    target += "ServerId=";
    encode_base32(servent.bytes, target);
    return target;
}

std::string target_of(const IndexedFile& file) {
    return std::string(by_index) + std::to_string(file.index) + "/" + percent_encode(file.name);
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
