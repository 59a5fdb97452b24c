#include "wire/forward.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <utility>

namespace gnutella::wire {

namespace {

// A number in decimal digits, and the place in the message's bytes that it takes.
struct Replacement {
    Replacement(Span the_place, std::uint8_t number) : place(the_place) {
        if (!place.empty()) {
            const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
            size = static_cast<std::size_t>(end - digits.data());
        }
    }

    Span place;
    std::array<char, 3> digits{};
    std::size_t size = 0;
};

Frame forward_json(const Message& message, std::uint8_t ttl, std::uint8_t hops) {
    std::array<Replacement, 2> replacements{Replacement(message.ttl_text, ttl), Replacement(message.hops_text, hops)};
    if (replacements[1].place.offset < replacements[0].place.offset) {
        std::swap(replacements[0], replacements[1]);
    }
    const std::string_view raw = message.raw;
    std::size_t size = raw.size() + 1;
    for (const Replacement& replacement : replacements) {
        size = size - replacement.place.length + replacement.size;
    }
    return Frame::make(size, [&](char* to) {
        std::size_t copied = 0;  // of raw
        const auto copy_up_to = [&](std::size_t end) {
            std::memcpy(to, raw.data() + copied, end - copied);
            to += end - copied;
            copied = end;
        };
        for (const Replacement& replacement : replacements) {
            if (!replacement.place.empty()) {
                copy_up_to(replacement.place.offset);
                std::memcpy(to, replacement.digits.data(), replacement.size);
                to += replacement.size;
                copied += replacement.place.length;
            }
        }
        copy_up_to(raw.size());
        *to = '\n';
    });
}

Frame forward_json_as_it_is(std::string_view raw) {
    return Frame::make(raw.size() + 1, [raw](char* to) {
        std::memcpy(to, raw.data(), raw.size());
        to[raw.size()] = '\n';
    });
}

Frame forward_binary(const Message& message, std::uint8_t ttl, std::uint8_t hops) {
    const std::string_view raw = message.raw;
    return Frame::make(raw.size(), [&](char* to) {
        std::memcpy(to, raw.data(), raw.size());
        to[message.ttl_text.offset] = static_cast<char>(ttl);
        to[message.hops_text.offset] = static_cast<char>(hops);
    });
}

}  // namespace

Frame encode_forward(const Message& message, std::uint8_t ttl, std::uint8_t hops) {
    if (message.dialect == Dialect::gnutella) {
        return forward_binary(message, ttl, hops);
    }
    return message.carries_ttl() ? forward_json(message, ttl, hops) : forward_json_as_it_is(message.raw);
}

}  // namespace gnutella::wire
