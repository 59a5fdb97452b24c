#include <gnutella/key_hash.hpp>

#include "ascii.hpp"

#include "base32.hpp"

namespace gnutella {

std::optional<KeyHash> KeyHash::parse(std::string_view text) noexcept {
    KeyHash key;
    return decode_base32(text, key.bytes) ? std::optional(key) : std::nullopt;
}

std::string KeyHash::to_string() const {
    std::string text;
    text.reserve(base32_digits(bytes.size()));
    encode_base32(bytes, text);
    std::ranges::transform(text, text.begin(), ascii::lower);
    return text;
}

}  // namespace gnutella
