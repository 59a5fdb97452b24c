#include "wire/gnutella/extension_area.hpp"

#include "wire/gnutella/ggep.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace gnutella::wire {

namespace {

constexpr std::string_view urn_scheme = "urn:";

// The kinds of GGEP "H".
constexpr char sha1_hash = 1;
constexpr char bitprint_hash = 2;

// Enough for a bitprint in any form.
constexpr std::size_t max_hash_length = 128;

bool begins_with_urn(std::string_view bytes) {
    return bytes.size() >= urn_scheme.size() &&
           std::equal(urn_scheme.begin(), urn_scheme.end(), bytes.begin(), [](char expected, char letter) {
               return letter == expected || (letter >= 'A' && letter <= 'Z' && letter - 'A' + 'a' == expected);
           });
}

template <class Hash>
Hash hash_of(std::string_view bytes) {
    Hash hash{};
    std::copy_n(bytes.begin(), hash.size(), hash.begin());
    return hash;
}

}  // namespace

std::optional<ExtensionArea::Part> ExtensionArea::next() noexcept {
    while (!rest_.empty() && (rest_.front() == extension_separator || rest_.front() == '\0')) {
        rest_.remove_prefix(1);
    }
    if (rest_.empty()) {
        return std::nullopt;
    }
    if (rest_.front() == ggep_magic && !broken_) {
        if (const std::size_t length = ggep_length(rest_); length > 0) {
            const Part part{Kind::ggep, rest_.substr(0, length)};
            rest_.remove_prefix(length);
            return part;
        }
        broken_ = true;
    }
    // Some servents put a NUL behind the last one (Gnutella 0.6, 2.2.5). Two searches of one letter are quicker than
    // one of two.
    const std::string_view up_to_separator = rest_.substr(0, rest_.find(extension_separator));
    const std::string_view part = up_to_separator.substr(0, up_to_separator.find('\0'));
    rest_.remove_prefix(part.size());
    if (begins_with_urn(part)) {
        return Part{Kind::urn, part};
    }
    return Part{part.front() == '<' || part.front() == '{' ? Kind::xml : Kind::text, part};
}

void add_urn(std::optional<Urn>& known, const std::optional<Urn>& more) {
    if (!known) {
        known = more;
        return;
    }
    if (!more || (known->sha1() && known->tiger())) {
        return;
    }
    const bool other_sha1 = known->sha1() && more->sha1() && *known->sha1() != *more->sha1();
    const bool other_tiger = known->tiger() && more->tiger() && *known->tiger() != *more->tiger();
    if (other_sha1 || other_tiger) {
        return;  // of another file: the first one that is named counts
    }
    const auto& sha1 = known->sha1() ? known->sha1() : more->sha1();
    const auto& tiger = known->tiger() ? known->tiger() : more->tiger();
    if (sha1 && tiger) {
        known = Urn(Sha1(*sha1), TigerRoot(*tiger));
    }
}

std::optional<Urn> urn_of_binary_hash(std::string_view value) noexcept {
    constexpr std::size_t sha1_size = std::tuple_size_v<Sha1>;
    constexpr std::size_t tiger_size = std::tuple_size_v<TigerRoot>;
    if (value.size() == 1 + sha1_size && value.front() == sha1_hash) {
        return Urn(hash_of<Sha1>(value.substr(1)));
    }
    if (value.size() == 1 + sha1_size + tiger_size && value.front() == bitprint_hash) {
        return Urn(hash_of<Sha1>(value.substr(1)), hash_of<TigerRoot>(value.substr(1 + sha1_size)));
    }
    return std::nullopt;
}

std::optional<Urn> urn_of_tiger_root(std::string_view value) noexcept {
    return value.size() == std::tuple_size_v<TigerRoot> ? std::optional(Urn(hash_of<TigerRoot>(value))) : std::nullopt;
}

void add_urn_of(const GgepExtension& extension, std::optional<Urn>& known) {
    const bool hash = extension.id == "H";
    const bool tiger = extension.id == "TT";
    if (!hash && !tiger && extension.id != "u") {
        return;
    }
    std::array<char, max_hash_length> room;
    const auto value = ggep_value(extension, room);
    if (!value) {
        return;
    }
    if (hash || tiger) {
        add_urn(known, hash ? urn_of_binary_hash(*value) : urn_of_tiger_root(*value));
        return;
    }
    std::array<char, max_hash_length + urn_scheme.size()> urn;  // "u" leaves "urn:" out (HUGE, 8)
    if (value->size() <= max_hash_length) {
        std::ranges::copy(urn_scheme, urn.begin());
        std::ranges::copy(*value, urn.begin() + urn_scheme.size());
        add_urn(known, Urn::parse({urn.data(), urn_scheme.size() + value->size()}));
    }
}

}  // namespace gnutella::wire
