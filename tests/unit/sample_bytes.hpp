#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gnutella::test {

/// Bytes that do not repeat within a test's reach, the same at each call.
inline std::string sample_bytes(std::size_t size) {
    std::string content(size, '\0');
    std::uint32_t state = 1;
    for (char& byte : content) {
        state = state * 1664525 + 1013904223;
        byte = static_cast<char>(state >> 24);
    }
    return content;
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

}  // namespace gnutella::test
