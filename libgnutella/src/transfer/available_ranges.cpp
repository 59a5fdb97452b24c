#include "transfer/available_ranges.hpp"

#include <algorithm>

namespace gnutella::transfer {

namespace {

constexpr std::size_t max_told = 64;
constexpr std::size_t max_read = 1'000;

// `a-b`, of a file of that size; nullopt for what is not well-formed, or lies beyond.
std::optional<ByteRange> parse_one(std::string_view text, std::uint64_t size) {
    const auto request = parse_range("bytes=" + std::string(text));
    return request && request->first && request->last ? resolve_range(*request, size) : std::nullopt;
}

std::vector<ByteRange> joined(std::vector<ByteRange> ranges) {
    std::ranges::sort(ranges, {}, &ByteRange::first);
    std::vector<ByteRange> apart;
    for (const ByteRange& range : ranges) {
        if (apart.empty() || range.first > apart.back().first + apart.back().length) {
            apart.push_back(range);
            continue;
        }
        const std::uint64_t end = std::max(apart.back().first + apart.back().length, range.first + range.length);
        apart.back().length = end - apart.back().first;
    }
    return apart;
}

}  // namespace

std::string available_ranges_text(std::span<const ByteRange> ranges) {
    std::string text = "bytes ";
    for (const ByteRange& range : ranges.first(std::min(ranges.size(), max_told))) {
        text += &range == &ranges.front() ? "" : ",";
        text += std::to_string(range.first) + "-" + std::to_string(range.first + range.length - 1);
    }
    return text;
}

std::vector<ByteRange> parse_available_ranges(std::string_view value, std::uint64_t size) {
    constexpr std::string_view unit = "bytes";
    const std::size_t start = value.find_first_not_of(" \t");
    if (start == std::string_view::npos || !value.substr(start).starts_with(unit)) {
        return {};
    }
    value.remove_prefix(start + unit.size());
    if (value.starts_with('=')) {  // as a Range header has it
        value.remove_prefix(1);
    }
    std::vector<ByteRange> ranges;
    while (!value.empty() && ranges.size() < max_read) {
        const std::size_t comma = std::min(value.find(','), value.size());
        if (const auto range = parse_one(value.substr(0, comma), size)) {
            ranges.push_back(*range);
        }
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
    return joined(std::move(ranges));
}

std::optional<ByteRange> available_part(const ByteRange& wanted, std::span<const ByteRange> available) {
    for (const ByteRange& range : available) {
        if (wanted.first >= range.first && wanted.first - range.first < range.length) {
            return ByteRange{wanted.first, std::min(wanted.length, range.length - (wanted.first - range.first))};
        }
    }
    return std::nullopt;
}

}  // namespace gnutella::transfer
