#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gnutella::wire {

/// Bytes from hexadecimal numbers with white space between them, as the specifications write them: "c3 85 0".
inline std::string hex(std::string_view text) {
    std::string bytes;
    int number = -1;
    for (const char letter : text) {
        if (letter == ' ' || letter == '\n') {
            if (number >= 0) {
                bytes += static_cast<char>(number);
            }
            number = -1;
            continue;
        }
        const int digit = letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10;
        number = (number < 0 ? 0 : number) * 16 + digit;
    }
    if (number >= 0) {
        bytes += static_cast<char>(number);
    }
    return bytes;
}

/// Bytes with NULs among them.
template <std::size_t size>
std::string bytes(const char (&literal)[size]) {
    return std::string(literal, size - 1);
}

}  // namespace gnutella::wire
