#include "wire/ip_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace gnutella::wire {

namespace {

constexpr std::size_t group_count = 8;  // of sixteen bits each, in an IPv6 address
using Groups = std::array<std::uint16_t, group_count>;

struct Run {
    std::size_t begin = 0;
    std::size_t length = 0;
};

// RFC 5952, 4.2: the longest run of zero groups is left out, the first of several, and none of one group alone.
Run run_to_leave_out(const Groups& groups) {
    Run longest;
    for (std::size_t begin = 0; begin < group_count; ++begin) {
        std::size_t end = begin;
        while (end < group_count && groups[end] == 0) {
            ++end;
        }
        if (end - begin > longest.length) {
            longest = {begin, end - begin};
        }
    }
    return longest.length > 1 ? longest : Run{group_count, 0};
}

template <class Number>
std::optional<Number> number_of(std::string_view digits, std::size_t max_digits, int base) {
    Number number = 0;
    if (digits.empty() || digits.size() > max_digits) {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return number;
}

std::optional<std::array<std::uint8_t, 4>> parse_v4(std::string_view text) {
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const std::size_t dot = text.find('.');
        const bool last = at + 1 == bytes.size();
        if (last != (dot == std::string_view::npos)) {
            return std::nullopt;
        }
        const auto number = number_of<std::uint8_t>(text.substr(0, dot), 3, 10);
        if (!number) {
            return std::nullopt;
        }
        bytes[at] = *number;
        text.remove_prefix(last ? text.size() : dot + 1);
    }
    return bytes;
}

// Groups between colons, the last of which may be an IPv4 address; how many there were.
std::optional<std::size_t> parse_groups(std::string_view text, Groups& groups) {
    std::size_t count = 0;
    while (!text.empty()) {
        const std::size_t colon = text.find(':');
        const std::string_view group = text.substr(0, colon);
        const bool last = colon == std::string_view::npos;
        if (last && group.find('.') != std::string_view::npos) {
            const auto v4 = parse_v4(group);
            if (!v4 || count + 2 > group_count) {
                return std::nullopt;
            }
            groups[count++] = static_cast<std::uint16_t>((*v4)[0] << 8 | (*v4)[1]);
            groups[count++] = static_cast<std::uint16_t>((*v4)[2] << 8 | (*v4)[3]);
            return count;
        }
        const auto number = number_of<std::uint16_t>(group, 4, 16);
        if (!number || count == group_count || (!last && colon + 1 == text.size())) {
            return std::nullopt;
        }
        groups[count++] = *number;
        text.remove_prefix(last ? text.size() : colon + 1);
    }
    return count;
}

std::optional<IpAddress> parse_v6(std::string_view text) {
    Groups groups{};
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        if (parse_groups(text, groups) != group_count) {
            return std::nullopt;
        }
    } else {
        Groups behind{};
        const auto before_count = parse_groups(text.substr(0, gap), groups);
        const auto behind_count = parse_groups(text.substr(gap + 2), behind);
        if (!before_count || !behind_count || *before_count + *behind_count >= group_count ||
            text.substr(0, gap).find('.') != std::string_view::npos) {
            return std::nullopt;
        }
        std::copy_n(behind.begin(), *behind_count, groups.end() - static_cast<std::ptrdiff_t>(*behind_count));
    }
    IpAddress address;
    for (std::size_t at = 0; at < group_count; ++at) {
        address.bytes[2 * at] = static_cast<std::uint8_t>(groups[at] >> 8);
        address.bytes[2 * at + 1] = static_cast<std::uint8_t>(groups[at]);
    }
    return address;
}

}  // namespace

IpText::IpText(const IpAddress& address) noexcept {
    if (address.is_v4()) {
        write_v4(address.bytes.data() + 12);
    } else {
        write_v6(address);
    }
}

void IpText::add(std::string_view text) noexcept {
    std::memcpy(characters_.data() + size_, text.data(), text.size());
    size_ += text.size();
}

void IpText::add_number(unsigned number, int base) noexcept {
    char* const end = characters_.data() + characters_.size();
    size_ =
        static_cast<std::size_t>(std::to_chars(characters_.data() + size_, end, number, base).ptr - characters_.data());
}

void IpText::write_v4(const std::uint8_t* bytes) noexcept {
    for (std::size_t at = 0; at < 4; ++at) {
        if (at > 0) {
            add(".");
        }
        add_number(bytes[at], 10);
    }
}

void IpText::write_v6(const IpAddress& address) noexcept {
    Groups groups{};
    for (std::size_t at = 0; at < group_count; ++at) {
        groups[at] = static_cast<std::uint16_t>(address.bytes[2 * at] << 8 | address.bytes[2 * at + 1]);
    }
    const Run left_out = run_to_leave_out(groups);
    for (std::size_t at = 0; at < group_count; ++at) {
        if (at == left_out.begin) {
            add("::");
            at += left_out.length - 1;
            continue;
        }
        if (at > 0 && at != left_out.begin + left_out.length) {
            add(":");
        }
        add_number(groups[at], 16);
    }
}

std::optional<IpAddress> parse_ip(std::string_view text) noexcept {
    if (text.find(':') != std::string_view::npos) {
        return parse_v6(text);
    }
    const auto v4 = parse_v4(text);
    return v4 ? std::optional(IpAddress::v4(*v4)) : std::nullopt;
}

}  // namespace gnutella::wire
