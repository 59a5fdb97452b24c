#include "net/logger.hpp"

namespace gnutella::net {

void Logger::write(LogLevel level, std::string_view line) const {
    static constexpr char digits[] = "0123456789abcdef";
    std::string harmless;
    harmless.reserve(line.size());
    for (const char letter : line) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte >= 0x20 && byte != 0x7F) {
            harmless += letter;
            continue;
        }
        harmless += "\\x";
        harmless += digits[byte >> 4];
        harmless += digits[byte & 0x0F];
    }
    sink_(level, harmless);
}

}  // namespace gnutella::net
