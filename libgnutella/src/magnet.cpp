#include <gnutella/magnet.hpp>

#include "ascii.hpp"

#include "utf8.hpp"

#include <algorithm>
#include <charconv>

namespace gnutella {

namespace {

constexpr std::size_t max_length = 8 * 1024;
constexpr std::size_t max_sources = 16;
constexpr std::string_view prefix = "magnet:?";
constexpr std::string_view http = "http://";
constexpr std::string_view resolver = "/uri-res/N2R?";  // HUGE 0.94, 3.3.1
constexpr std::string_view numbered = "/get/";          // Gnutella 0.6, 2.3.1
constexpr std::string_view http_port = "80";

std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

// RFC 3986, 2.1; nullopt for a percent sign without two digits.
std::optional<std::string> decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += text[at];
            continue;
        }
        const int high = at + 2 < text.size() ? ascii::hexadecimal_value(text[at + 1]) : -1;
        const int low = high >= 0 ? ascii::hexadecimal_value(text[at + 2]) : -1;
        if (low < 0) {
            return std::nullopt;
        }
        decoded += static_cast<char>(high << 4 | low);
        at += 2;
    }
    return decoded;
}

// Escapes all that RFC 3986, 2.3 does not call unreserved, but what stands in `kept`.
void encode(std::string_view text, std::string_view kept, std::string& encoded) {
    static constexpr char digits[] = "0123456789ABCDEF";
    for (const char letter : text) {
        const char small = ascii::lower(letter);
        const bool unreserved = (small >= 'a' && small <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' ||
                                letter == '.' || letter == '_' || letter == '~';
        if (unreserved || kept.find(letter) != std::string_view::npos) {
            encoded += letter;
            continue;
        }
        const auto byte = static_cast<unsigned char>(letter);
        encoded += '%';
        encoded += digits[byte >> 4];
        encoded += digits[byte & 0xF];
    }
}

// A link may come from anybody, and its name may become a file's: never a path, never an escape code.
std::string plain_name(std::string_view value) {
    std::string spaced(value);
    std::ranges::replace(spaced, '+', ' ');  // as forms encode a space; older clients do so
    const auto decoded = decode(spaced);
    if (!decoded || !is_utf8(*decoded)) {
        return {};
    }
    const std::size_t separator = decoded->find_last_of("/\\");
    std::string name = to_one_line(separator == std::string::npos ? *decoded : decoded->substr(separator + 1));
    return name == "." || name == ".." ? std::string() : name;
}

std::optional<std::uint64_t> parse_size(std::string_view value) {
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), size);
    return error == std::errc{} && end == value.data() + value.size() ? std::optional(size) : std::nullopt;
}

struct Place {
    Endpoint endpoint;
    std::string path;
};

std::optional<Place> parse_place(std::string_view value) {
    const auto decoded = decode(value);
    if (!decoded) {
        return std::nullopt;
    }
    std::string_view url = *decoded;
    if (!ascii::take_prefix(url, http)) {
        return std::nullopt;
    }
    const std::size_t slash = std::min(url.find('/'), url.size());
    std::string authority(url.substr(0, slash));
    url.remove_prefix(slash);
    if (authority.empty() || authority.find_first_of("@?#%") != std::string::npos) {
        return std::nullopt;
    }
    const std::size_t bracket = authority.rfind(']');
    const std::size_t colon = authority.rfind(':');
    const bool bracketed = authority.front() == '[' && bracket != std::string::npos;
    if (!bracketed && colon != authority.find(':')) {
        return std::nullopt;  // RFC 3986, 3.2.2: an IPv6 address stands in brackets
    }
    if (colon == std::string::npos || (bracketed && colon < bracket)) {
        authority.append(":").append(http_port);
    }
    auto endpoint = Endpoint::parse(authority);
    return endpoint ? std::optional(Place{*std::move(endpoint), std::string(url)}) : std::nullopt;
}

// Which file a path asks for by its hash.
std::optional<Urn> parse_resolver(std::string_view path) {
    return ascii::take_prefix(path, resolver) ? Urn::parse(path) : std::nullopt;
}

std::optional<Magnet::NumberedSource> parse_numbered(const Place& place) {
    std::string_view path = place.path;
    if (!ascii::take_prefix(path, numbered)) {
        return std::nullopt;
    }
    const auto index = ascii::parse_number<std::uint32_t>(take_until(path, '/'));
    auto name = decode(path);
    // The peer may want to hear just this name: one that may not be kept as it is, is of no use.
    const bool plain = name && !name->empty() && is_utf8(*name) && is_one_line(*name) &&
                       name->find_first_of("/\\") == std::string::npos;
    return index && plain ? std::optional(Magnet::NumberedSource{place.endpoint, *index, *std::move(name)})
                          : std::nullopt;
}

template <class Source>
void add_new(const Source& source, std::vector<Source>& sources) {
    if (std::ranges::find(sources, source) == sources.end()) {
        sources.push_back(source);
    }
}

// What two names say together; nullopt when they are of different files.
std::optional<Urn> combine(const Urn& one, const Urn& other) {
    const bool contradict = (one.sha1() && other.sha1() && one.sha1() != other.sha1()) ||
                            (one.tiger() && other.tiger() && one.tiger() != other.tiger());
    if (contradict) {
        return std::nullopt;
    }
    const auto& sha1 = one.sha1() ? one.sha1() : other.sha1();
    const auto& tiger = one.tiger() ? one.tiger() : other.tiger();
    if (sha1 && tiger) {
        return Urn(*sha1, *tiger);
    }
    return sha1 ? Urn(*sha1) : Urn(*tiger);
}

// Passed over when it is of another file, or one too many.
void add_source(const Place& place, Magnet& magnet) {
    if (magnet.sources.size() + magnet.numbered_sources.size() >= max_sources) {
        return;
    }
    if (const auto urn = parse_resolver(place.path)) {
        if (combine(magnet.urn, *urn)) {
            add_new(place.endpoint, magnet.sources);
        }
    } else if (const auto source = parse_numbered(place)) {
        add_new(*source, magnet.numbered_sources);
    }
}

}  // namespace

std::optional<Magnet> Magnet::parse(std::string_view text) {
    if (text.size() > max_length || !ascii::take_prefix(text, prefix)) {
        return std::nullopt;
    }
    std::optional<Urn> urn;
    std::string name;
    std::optional<std::uint64_t> size;
    std::vector<Place> places;
    while (!text.empty()) {
        std::string_view value = take_until(text, '&');
        std::string_view key = take_until(value, '=');
        key = key.substr(0, key.find('.'));  // "xt.1", "xt.2": several of a kind
        if (key == "xt") {
            const auto decoded = decode(value);
            const auto parsed = decoded ? Urn::parse(*decoded) : std::nullopt;
            if (parsed && urn) {
                urn = combine(*urn, *parsed);
                if (!urn) {
                    return std::nullopt;  // it names several files
                }
            } else if (parsed) {
                urn = parsed;
            }
        } else if (key == "dn" && name.empty()) {
            name = plain_name(value);
        } else if (key == "xl" && !size) {
            size = parse_size(value);
        } else if (key == "xs" || key == "as") {
            if (auto place = parse_place(value)) {
                places.push_back(*std::move(place));
            }
        }
    }
    if (!urn) {
        return std::nullopt;
    }
    Magnet magnet{*urn, std::move(name), size, {}};
    for (const Place& place : places) {
        add_source(place, magnet);
    }
    return magnet;
}

std::string Magnet::to_string() const {
    std::string text(prefix);
    text.append("xt=").append(urn.to_string());
    if (!name.empty()) {
        text += "&dn=";
        encode(name, "", text);
    }
    if (size) {
        text.append("&xl=").append(std::to_string(*size));
    }
    const std::string wanted = urn.sha1() ? urn.sha1_string() : urn.to_string();
    for (const Endpoint& source : sources) {
        text.append("&xs=").append(http);
        encode(source.to_string(), ":[]", text);
        text.append(resolver).append(wanted);
    }
    for (const NumberedSource& source : numbered_sources) {
        std::string url(http);
        url.append(source.peer.to_string()).append(numbered).append(std::to_string(source.index)).append("/");
        encode(source.name, "", url);
        text += "&as=";
        encode(url, ":/[]", text);
    }
    return text;
}

}  // namespace gnutella
