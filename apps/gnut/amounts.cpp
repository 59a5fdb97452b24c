#include "amounts.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace gnut {

namespace {

/// Three digits or so, and the unit.
std::string in_units(double amount) {
    constexpr std::array<const char*, 6> units{"kB", "MB", "GB", "TB", "PB", "EB"};
    std::size_t unit = 0;
    amount /= 1000;
    while (amount >= 999.5 && unit + 1 < units.size()) {  // 999.5 would be shown as 1000
        amount /= 1000;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), amount < 99.95 ? "%.1f %s" : "%.0f %s", amount, units.at(unit));
    return text.data();
}

}  // namespace

std::string format_bytes(std::uint64_t bytes) {
    return bytes < 1000 ? format_count(bytes, "byte") : in_units(static_cast<double>(bytes));
}

std::string format_rate(double bytes_per_second) {
    if (!(bytes_per_second > 0)) {
        return "0 bytes/s";
    }
    if (bytes_per_second < 999.5) {
        return format_bytes(static_cast<std::uint64_t>(std::llround(bytes_per_second))) + "/s";
    }
    return in_units(bytes_per_second) + "/s";
}

std::string format_duration(std::chrono::duration<double> time) {
    if (time < std::chrono::duration<double>(59.5)) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), time.count() < 9.95 ? "%.1f s" : "%.0f s", time.count());
        return text.data();
    }
    return format_clock(std::chrono::round<std::chrono::seconds>(time));
}

std::string format_clock(std::chrono::seconds time) {
    const auto all = static_cast<long long>(time.count());
    std::array<char, 48> text{};
    if (all < 3600) {
        std::snprintf(text.data(), text.size(), "%lld:%02lld", all / 60, all % 60);
    } else {
        std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", all / 3600, all / 60 % 60, all % 60);
    }
    return text.data();
}

std::string format_count(std::uint64_t count, std::string_view singular) {
    return std::to_string(count) + ' ' + std::string(singular) + (count == 1 ? "" : "s");
}

}  // namespace gnut
