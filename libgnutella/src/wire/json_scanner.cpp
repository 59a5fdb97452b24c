#include "wire/json_scanner.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace gnutella::wire {

namespace {

// Whether the quote at `position`, inside a string, belongs to it: an odd number of backslashes stands before it. They
// end at the latest at the string's opening quote.
bool is_escaped(const char* bytes, std::size_t position) noexcept {
    std::size_t first = position;
    while (bytes[first - 1] == '\\') {
        --first;
    }
    return ((position - first) & 1U) != 0;
}

}  // namespace

JsonScanner::Found JsonScanner::scan(std::string_view bytes) noexcept {
    if (bytes.empty()) {
        return Found::incomplete;
    }
    if (bytes.front() != '{') {
        return Found::no_object;
    }
    const char* const data = bytes.data();
    const std::size_t end = std::min(bytes.size(), max_size_);
    std::size_t at = scanned_;
    while (at < end) {
        if (in_string_) {
            const void* const quote = std::memchr(data + at, '"', end - at);
            if (quote == nullptr) {
                at = end;
                break;
            }
            const auto position = static_cast<std::size_t>(static_cast<const char*>(quote) - data);
            in_string_ = is_escaped(data, position);
            at = position + 1;
            continue;
        }
        switch (data[at++]) {
            case '"':
                in_string_ = true;
                break;
            case '{':
            case '[':
                if (++depth_ > max_depth_) {
                    return Found::too_deep;
                }
                break;
            case '}':
            case ']':
                if (--depth_ == 0) {
                    scanned_ = at;
                    return Found::end;
                }
                break;
            default:
                break;
        }
    }
    scanned_ = at;
    return at >= max_size_ ? Found::too_large : Found::incomplete;
}

void JsonScanner::reset() noexcept {
    scanned_ = 0;
    depth_ = 0;
    in_string_ = false;
}

}  // namespace gnutella::wire
