#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace gnutella {

/// How much a log line matters, the least first.
enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// "debug", "info", "warning" or "error".
constexpr std::string_view to_string(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warning:
            return "warning";
        case LogLevel::error:
            break;
    }
    return "error";
}

/// Where the library's log lines go. It writes nowhere by itself. Called from any of the threads that run the Peer's
/// executor and from its disk threads, possibly at once: the sink must be thread-safe and quick. What it throws
/// is thrown out of the run() of the executor, as with an EventHandler. The line has no newline at its end, and its
/// control characters are escaped: it can be written as it is.
using LogSink = std::function<void(LogLevel level, std::string_view line)>;

}  // namespace gnutella
