#include "wire/first_bytes.hpp"

#include <array>

namespace gnutella::wire {

namespace {

struct Opening {
    std::string_view text;
    FirstBytes meaning;
};

constexpr std::array openings{
    Opening{"GNUTELLA ", FirstBytes::gnutella},
    Opening{"GET ", FirstBytes::http},
    Opening{"HEAD ", FirstBytes::http},
    Opening{"GIV ", FirstBytes::giv},
};

constexpr bool all_fit() {
    for (const Opening& opening : openings) {
        if (opening.text.size() > max_first_bytes) {
            return false;
        }
    }
    return true;
}
static_assert(all_fit());

constexpr char tls_handshake = 0x16;  // RFC 8446, 5.1: ContentType of the record that opens a connection

}  // namespace

FirstBytes recognise(std::string_view first_bytes) noexcept {
    if (first_bytes.empty()) {
        return FirstBytes::undecided;
    }
    switch (first_bytes.front()) {
        case '{':
        case ' ':
        case '\t':
        case '\n':
        case '\r':
            return FirstBytes::json;
        case tls_handshake:
            return FirstBytes::tls;
        default:
            break;
    }
    for (const Opening& opening : openings) {
        if (first_bytes.starts_with(opening.text)) {
            return opening.meaning;
        }
        if (opening.text.starts_with(first_bytes)) {
            return FirstBytes::undecided;
        }
    }
    return FirstBytes::unknown;
}

}  // namespace gnutella::wire
