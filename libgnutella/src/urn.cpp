#include <gnutella/urn.hpp>

#include "ascii.hpp"

#include "base32.hpp"

#include <algorithm>

namespace gnutella {

namespace {

constexpr std::string_view sha1_prefix = "urn:sha1:";
constexpr std::string_view tiger_prefix = "urn:tree:tiger/:";
constexpr std::string_view tiger_prefix_without_slash = "urn:tree:tiger:";
constexpr std::string_view bitprint_prefix = "urn:bitprint:";

// 32 digits for a SHA-1, 39 for a Tiger root.
constexpr std::size_t sha1_digits = base32_digits(std::tuple_size_v<Sha1>);
constexpr std::size_t tiger_digits = base32_digits(std::tuple_size_v<TigerRoot>);

}  // namespace

std::optional<Urn> Urn::parse(std::string_view text) noexcept {
    Sha1 sha1{};
    TigerRoot tiger{};
    if (ascii::take_prefix(text, sha1_prefix)) {
        return decode_base32(text, sha1) ? std::optional<Urn>(sha1) : std::nullopt;
    }
    if (ascii::take_prefix(text, tiger_prefix) || ascii::take_prefix(text, tiger_prefix_without_slash)) {
        return decode_base32(text, tiger) ? std::optional<Urn>(tiger) : std::nullopt;
    }
    if (ascii::take_prefix(text, bitprint_prefix)) {
        const bool well_formed = text.size() == sha1_digits + 1 + tiger_digits && text[sha1_digits] == '.' &&
                                 decode_base32(text.substr(0, sha1_digits), sha1) &&
                                 decode_base32(text.substr(sha1_digits + 1), tiger);
        return well_formed ? std::optional<Urn>(std::in_place, sha1, tiger) : std::nullopt;
    }
    return std::nullopt;
}

std::string Urn::to_string() const {
    std::string text;
    if (sha1_ && tiger_) {
        text = bitprint_prefix;
        encode_base32(*sha1_, text);
        text += '.';
        encode_base32(*tiger_, text);
        return text;
    }
    if (tiger_) {
        text = tiger_prefix;
        encode_base32(*tiger_, text);
        return text;
    }
    return sha1_string();
}

std::string Urn::sha1_string() const {
    std::string text;
    if (sha1_) {
        text = sha1_prefix;
        encode_base32(*sha1_, text);
    }
    return text;
}

bool Urn::same_file(const Urn& other) const noexcept {
    const bool sha1_known = sha1_ && other.sha1_;
    const bool tiger_known = tiger_ && other.tiger_;
    if ((sha1_known && *sha1_ != *other.sha1_) || (tiger_known && *tiger_ != *other.tiger_)) {
        return false;
    }
    return sha1_known || tiger_known;
}

}  // namespace gnutella
