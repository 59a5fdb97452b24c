#pragma once

#include <gnutella/log.hpp>
#include <gnutella/settings.hpp>

#include <string>
#include <string_view>

namespace gnutella::net {

/// Hands lines to the user's sink: of the level that is wanted, with control characters made harmless, since names from
/// strangers stand in them.
class Logger {
  public:
    explicit Logger(const Settings& settings) : sink_(settings.log), level_(settings.log_level) {}

    bool wants(LogLevel level) const { return sink_ && level >= level_; }

    /// The parts of the line are put together only when it is wanted.
    template <class... Parts>
    void operator()(LogLevel level, const Parts&... parts) const {
        if (!wants(level)) {
            return;
        }
        std::string line;
        (line.append(std::string_view(parts)), ...);
        write(level, line);
    }

  private:
    void write(LogLevel level, std::string_view line) const;

    LogSink sink_;
    LogLevel level_;
};

}  // namespace gnutella::net
