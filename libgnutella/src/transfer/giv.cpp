#include "transfer/giv.hpp"

#include "ascii.hpp"
#include "transfer/hexadecimal_guid.hpp"

namespace gnutella::transfer {

namespace {

constexpr std::string_view giv_opening = "GIV ";
constexpr std::size_t max_giv_name = 255;

}  // namespace

std::optional<Giv> parse_giv(std::string_view line) {
    if (!line.starts_with(giv_opening)) {
        return std::nullopt;
    }
    line.remove_prefix(giv_opening.size());
    const std::size_t colon = line.find(':');
    const std::size_t slash = line.find('/');
    if (colon == std::string_view::npos || slash == std::string_view::npos || slash < colon) {
        return std::nullopt;
    }
    Giv giv;
    // One beyond 32 bits names no file of ours, but the servent is who counts.
    const auto index = ascii::parse_number<std::uint64_t>(line.substr(0, colon));
    const auto servent = parse_hexadecimal_guid(line.substr(colon + 1, slash - colon - 1));
    if (!index || !servent || servent->is_nil()) {
        return std::nullopt;
    }
    giv.index = static_cast<std::uint32_t>(*index);
    giv.servent = *servent;
    giv.name = line.substr(slash + 1);
    return giv;
}

std::optional<std::size_t> find_end_of_giv(std::string_view bytes) noexcept {
    const std::size_t first = bytes.find('\n');
    if (first == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view rest = bytes.substr(first + 1);
    if (rest.starts_with('\n')) {
        return first + 2;
    }
    return rest.starts_with("\r\n") ? std::optional(first + 3) : std::nullopt;
}

std::string giv_text(const Giv& giv) {
    std::string text(giv_opening);
    text += std::to_string(giv.index);
    text += ':';
    append_hexadecimal(giv.servent, text);
    text += '/';
    const std::size_t before = text.size();
    for (const char letter : std::string_view(giv.name).substr(0, max_giv_name)) {
        if (static_cast<unsigned char>(letter) >= 0x20 && letter != 0x7F) {
            text += letter;
        }
    }
    if (text.size() == before) {
        text += "file";
    }
    return text + "\n\n";
}

}  // namespace gnutella::transfer
