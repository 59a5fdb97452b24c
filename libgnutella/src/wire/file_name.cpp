#include "wire/file_name.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace gnutella::wire {

namespace {

// U+0080 to U+009F are C2 80 to C2 9F in UTF-8; some terminals take U+009B as the beginning of an escape sequence.
constexpr unsigned char lead_of_upper_controls = 0xC2;
constexpr unsigned char end_of_upper_controls = 0xA0;

// What a byte of a name may be, or'ed for all of its bytes.
constexpr std::uint8_t forbidden = 1;
constexpr std::uint8_t suspicious = 2;

constexpr std::array<std::uint8_t, 256> kinds = [] {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
        if (byte < 0x20 || byte == 0x7F || byte == '/' || byte == '\\') {
            table[byte] = forbidden;
        }
    }
    table[lead_of_upper_controls] = suspicious;
    return table;
}();

bool has_upper_control(std::string_view name) noexcept {
    for (std::size_t at = 0; at + 1 < name.size(); ++at) {
        if (static_cast<unsigned char>(name[at]) == lead_of_upper_controls &&
            static_cast<unsigned char>(name[at + 1]) < end_of_upper_controls) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool is_plain_file_name(std::string_view name) noexcept {
    if (name.empty() || name.size() > max_file_name_length || name == "." || name == "..") {
        return false;
    }
    std::uint8_t seen = 0;  // of all bytes without a branch: nearly every name is good
    for (const char letter : name) {
        seen |= kinds[static_cast<unsigned char>(letter)];
    }
    return (seen & forbidden) == 0 && ((seen & suspicious) == 0 || !has_upper_control(name));
}

}  // namespace gnutella::wire
