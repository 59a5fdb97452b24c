#include "progress_bar.hpp"

#include "amounts.hpp"
#include "terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

namespace gnut {

namespace {

std::string time_left(const gnutella::DownloadProgress& progress) {
    const auto missing = static_cast<double>(progress.size - std::min(progress.received, progress.size));
    constexpr double longest = 100 * 3600;  // beyond it nobody wants to know more exactly
    if (missing <= 0 || !(progress.rate > 0) || missing / progress.rate > longest) {
        return "-:-- left";
    }
    return format_clock(std::chrono::seconds(std::llround(std::ceil(missing / progress.rate)))) + " left";
}

std::string bar(double share, std::size_t width) {
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
    std::string drawn(filled, '=');
    if (filled < width) {
        drawn += '>';
    }
    drawn.resize(width, ' ');
    return drawn;
}

}  // namespace

std::string render_progress(const gnutella::DownloadProgress& progress, std::size_t columns) {
    const double share =
        progress.size == 0 ? 1
                           : std::min(1.0, static_cast<double>(progress.received) / static_cast<double>(progress.size));
    const std::string percent = std::to_string(static_cast<int>(share * 100)) + '%';
    std::string line = std::string(percent.size() < 4 ? 4 - percent.size() : 0, ' ') + percent;

    const std::string amount = ' ' + format_bytes(progress.received) + " of " + format_bytes(progress.size);
    const std::string pace = ", " + format_rate(progress.rate) + ", " + time_left(progress);
    std::string after;
    if (line.size() + amount.size() <= columns) {
        after = amount;
        if (line.size() + amount.size() + pace.size() <= columns) {
            after += pace;
        }
    }
    constexpr std::size_t widest = 40;
    constexpr std::size_t narrowest = 5;
    constexpr std::size_t brackets = 3;
    const std::size_t room = columns - std::min(columns, line.size() + after.size() + brackets);
    if (room >= narrowest) {
        line += " [" + bar(share, std::min(room, widest)) + ']';
    }
    return line + after;
}

ProgressBar::ProgressBar() : on_terminal_(is_terminal(STDERR_FILENO)) {}

void ProgressBar::show(const gnutella::DownloadProgress& progress) {
    if (!on_terminal_ || progress.ended) {
        return;
    }
    // The last column stays free: a terminal that wraps there would leave the old line standing.
    std::cerr << '\r' + render_progress(progress, terminal_columns(STDERR_FILENO) - 1) + "\033[K" << std::flush;
    drawn_ = true;
}

void ProgressBar::clear() {
    if (drawn_) {
        std::cerr << "\r\033[K" << std::flush;
        drawn_ = false;
    }
}

}  // namespace gnut
