#include "wire/file_name.hpp"

namespace gnutella::wire {

namespace {

// U+0080 to U+009F are C2 80 to C2 9F in UTF-8; some terminals take U+009B as the beginning of an escape sequence.
constexpr unsigned char lead_of_upper_controls = 0xC2;
constexpr unsigned char end_of_upper_controls = 0xA0;

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
    // Without branches, since nearly every name is good: the compiler looks at many bytes at a time.
    unsigned char forbidden = 0;
    unsigned char suspicious = 0;
    for (const char letter : name) {
        const auto byte = static_cast<unsigned char>(letter);
        forbidden |= static_cast<unsigned char>((byte < 0x20) | (byte == 0x7F) | (byte == '/') | (byte == '\\'));
        suspicious |= static_cast<unsigned char>(byte == lead_of_upper_controls);
    }
    return forbidden == 0 && (suspicious == 0 || !has_upper_control(name));
}

}  // namespace gnutella::wire
