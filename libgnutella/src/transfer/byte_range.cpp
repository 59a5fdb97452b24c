#include "transfer/byte_range.hpp"

#include "ascii.hpp"

#include <algorithm>
#include <limits>

namespace gnutella::transfer {

namespace {

constexpr std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();

// A number too large for us is one beyond the end of every file: it is cut, not refused.
std::optional<std::uint64_t> parse_number(std::string_view digits) noexcept {
    if (digits.empty()) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9') {
            return std::nullopt;
        }
        const auto value = static_cast<std::uint64_t>(digit - '0');
        number = number > (greatest - value) / 10 ? greatest : number * 10 + value;
    }
    return number;
}

bool take_unit(std::string_view& text) noexcept {
    constexpr std::string_view unit = "bytes";
    if (text.size() < unit.size()) {
        return false;
    }
    for (std::size_t at = 0; at < unit.size(); ++at) {
        if ((text[at] | 0x20) != unit[at]) {  // range units are case-insensitive: RFC 9110, 14.1
            return false;
        }
    }
    text.remove_prefix(unit.size());
    return true;
}

}  // namespace

std::optional<RangeRequest> parse_range(std::string_view value) noexcept {
    value = ascii::trimmed(value);
    if (!take_unit(value) || !value.starts_with('=')) {
        return std::nullopt;
    }
    value = ascii::trimmed(value.substr(1));
    const std::size_t hyphen = value.find('-');
    if (hyphen == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view first_text = value.substr(0, hyphen);
    const std::string_view last_text = value.substr(hyphen + 1);
    RangeRequest request;
    if (first_text.empty()) {
        const auto suffix = parse_number(last_text);
        if (!suffix) {
            return std::nullopt;
        }
        request.suffix_length = *suffix;
        return request;
    }
    request.first = parse_number(first_text);
    if (!request.first) {
        return std::nullopt;
    }
    if (last_text.empty()) {
        return request;
    }
    request.last = parse_number(last_text);
    if (!request.last || *request.last < *request.first) {
        return std::nullopt;
    }
    return request;
}

std::optional<ByteRange> resolve_range(const RangeRequest& request, std::uint64_t size) noexcept {
    if (!request.first) {
        const std::uint64_t length = std::min(request.suffix_length, size);
        return length == 0 ? std::nullopt : std::optional<ByteRange>({size - length, length});
    }
    if (*request.first >= size) {
        return std::nullopt;
    }
    const std::uint64_t last = std::min(request.last.value_or(greatest), size - 1);
    return ByteRange{*request.first, last - *request.first + 1};
}

std::optional<ContentRange> parse_content_range(std::string_view value) noexcept {
    value = ascii::trimmed(value);
    if (!take_unit(value) || value.empty() || (value[0] != ' ' && value[0] != '=' && value[0] != ':')) {
        return std::nullopt;
    }
    value = ascii::trimmed(value.substr(1));
    const std::size_t slash = value.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view range_text = value.substr(0, slash);
    const std::string_view size_text = value.substr(slash + 1);
    ContentRange content;
    if (size_text != "*") {
        content.size = parse_number(size_text);
        if (!content.size) {
            return std::nullopt;
        }
    }
    if (range_text == "*") {
        return content.size ? std::optional(content) : std::nullopt;
    }
    const std::size_t hyphen = range_text.find('-');
    if (hyphen == std::string_view::npos) {
        return std::nullopt;
    }
    const auto first = parse_number(range_text.substr(0, hyphen));
    const auto last = parse_number(range_text.substr(hyphen + 1));
    if (!first || !last || *last < *first || *last == greatest || (content.size && *last >= *content.size)) {
        return std::nullopt;
    }
    content.range = ByteRange{*first, *last - *first + 1};
    return content;
}

std::string content_range_text(const ByteRange& range, std::uint64_t size) {
    return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.first + range.length - 1) + "/" +
           std::to_string(size);
}

}  // namespace gnutella::transfer
