#include "wire/file_name.hpp"

#include <array>
#include <cstdint>

namespace gnutella::wire {

namespace {

// As bits, so that a name is judged by what all its bytes are together.
enum Byte : std::uint8_t { plain = 0, forbidden = 1, before_control = 2 };

// U+0080 to U+009F are C2 80 to C2 9F in UTF-8; some terminals take U+009B as the beginning of an escape sequence.
constexpr unsigned char lead_of_upper_controls = 0xC2;
constexpr unsigned char end_of_upper_controls = 0xA0;

constexpr std::array<std::uint8_t, 256> make_table() {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t control = 0; control < 0x20; ++control) {
        table[control] = forbidden;
    }
    table[0x7F] = forbidden;
    table['/'] = forbidden;
    table['\\'] = forbidden;
    table[lead_of_upper_controls] = before_control;
    return table;
}
constexpr std::array<std::uint8_t, 256> table = make_table();

bool has_upper_control(std::string_view name) noexcept {
    for (std::size_t at = 0; at < name.size(); ++at) {
        const auto next = static_cast<unsigned char>(at + 1 < name.size() ? name[at + 1] : '\0');
        if (static_cast<unsigned char>(name[at]) == lead_of_upper_controls && next < end_of_upper_controls) {
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
    unsigned seen = 0;
    for (const char letter : name) {
        seen |= table[static_cast<unsigned char>(letter)];
    }
    return seen == plain || (seen == before_control && !has_upper_control(name));
}

}  // namespace gnutella::wire
