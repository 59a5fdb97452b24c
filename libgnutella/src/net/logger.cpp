#include "net/logger.hpp"

namespace gnutella::net {

namespace {

void append_escaped(std::string& text, unsigned char byte) {
    static constexpr char digits[] = "0123456789abcdef";
    text += "\\x";
    text += digits[byte >> 4];
    text += digits[byte & 0x0F];
}

}  // namespace

void Logger::write(LogLevel level, std::string_view line) const {
    std::string harmless;
    harmless.reserve(line.size());
    unsigned char before = 0;
    for (const char letter : line) {
        const auto byte = static_cast<unsigned char>(letter);
        // In UTF-8, C2 and one of these are a control character of the second set (C1): U+009B begins a sequence too.
        const bool is_c1 = before == 0xC2 && byte >= 0x80 && byte <= 0x9F;
        if (is_c1) {
            harmless.pop_back();
            append_escaped(harmless, before);
        }
        if (is_c1 || byte < 0x20 || byte == 0x7F) {
            append_escaped(harmless, byte);
        } else {
            harmless += letter;
        }
        before = byte;
    }
    sink_(level, harmless);
}

}  // namespace gnutella::net
