#include "transfer/source_claims.hpp"

#include "ascii.hpp"
#include "base32.hpp"

namespace gnutella::transfer {

std::optional<TigerRoot> parse_thex_root(std::string_view value) {
    const std::size_t semicolon = value.rfind(';');
    if (semicolon == std::string_view::npos) {
        return std::nullopt;
    }
    TigerRoot root{};
    return decode_base32(ascii::trimmed(value.substr(semicolon + 1)), root) ? std::optional(root) : std::nullopt;
}

SourceClaims claims_of(const SourceAnswer& answer) {
    SourceClaims claims;
    if (answer.status != 200 && answer.status != 206 && answer.status != 503) {
        return claims;
    }
    claims.urn = Urn::parse(answer.content_urn);
    claims.root = parse_thex_root(answer.thex_uri);
    if (!claims.root && claims.urn) {
        claims.root = claims.urn->tiger();
    }
    return claims;
}

std::string inquiry_head(const Hit& hit, std::string_view agent) {
    const std::string target = hit.urn ? target_of(*hit.urn) : target_of(IndexedFile{hit.index, hit.name});
    std::string head = request_line_and_names(target, hit.source.to_string(), agent);
    head.replace(0, 3, "HEAD");
    return head + "Connection: close\r\n\r\n";
}

}  // namespace gnutella::transfer
