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

double part_of(std::uint64_t bytes, std::uint64_t size) {
    return size == 0 ? 1 : std::min(1.0, static_cast<double>(bytes) / static_cast<double>(size));
}

/// "=====-->   ": what is verified, what has come beside, and what is missing.
std::string bar(double verified, double received, std::size_t width) {
    const auto columns = [width](double part) { return static_cast<std::size_t>(part * static_cast<double>(width)); };
    const std::size_t filled = columns(std::max(verified, received));
    std::string drawn(columns(verified), '=');
    drawn.resize(filled, '-');
    if (filled < width) {
        drawn += '>';
    }
    drawn.resize(width, ' ');
    return drawn;
}

}  // namespace

std::string render_progress(const gnutella::DownloadProgress& progress, std::size_t columns) {
    const double share = part_of(progress.received, progress.size);
    const std::string percent = std::to_string(static_cast<int>(share * 100)) + '%';
    std::string line = std::string(percent.size() < 4 ? 4 - percent.size() : 0, ' ') + percent;

    const std::string amount = ' ' + format_bytes(progress.received) + " of " + format_bytes(progress.size);
    const std::string pace = ", " + format_rate(progress.rate) + ", " + time_left(progress);
    const std::string sources = progress.sources > 0 ? ", " + format_count(progress.sources, "source") : std::string();
    std::string after;
    for (const std::string& more : {amount, pace, sources}) {
        if (line.size() + after.size() + more.size() > columns) {
            break;
        }
        after += more;
    }
    constexpr std::size_t widest = 40;
    constexpr std::size_t narrowest = 5;
    constexpr std::size_t brackets = 3;
    const std::size_t room = columns - std::min(columns, line.size() + after.size() + brackets);
    if (room >= narrowest) {
        line += " [" + bar(part_of(progress.verified, progress.size), share, std::min(room, widest)) + ']';
    }
    return line + after;
}

ProgressBar::ProgressBar() : on_terminal_(is_terminal(STDERR_FILENO)) {}

void ProgressBar::show(const gnutella::DownloadProgress& progress) {
    if (!on_terminal_ || progress.ended) {
        return;
    }
    // The last column stays free: a terminal that wraps there would leave the old line standing.
    const std::string line = render_progress(progress, terminal_columns(STDERR_FILENO) - 1);
    std::cerr << '\r' + line + erasure(line.size()) << std::flush;
    drawn_ = line.size();
}

void ProgressBar::clear() {
    if (drawn_ > 0) {
        std::cerr << '\r' + erasure(0) + '\r' << std::flush;
        drawn_ = 0;
    }
}

std::string ProgressBar::erasure(std::size_t columns) const {
    if (can_edit_lines()) {
        return "\033[K";
    }
    return std::string(drawn_ - std::min(drawn_, columns), ' ');
}

}  // namespace gnut
