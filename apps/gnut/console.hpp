#pragma once

#include "awaiting.hpp"
#include "line_source.hpp"
#include "shared_stream.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <unistd.h>

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace gnut {

/// Where a running node's lines go, while somebody may be typing one. When nobody takes them (a stopped terminal, a
/// full pipe), the node goes on.
class Console {
  public:
    explicit Console(const boost::asio::any_io_executor& executor);

    /// Lines are printed around the one that is being typed there; nullptr: nobody types.
    void share_screen_with(LineSource* source) noexcept { source_ = source; }

    /// What somebody has asked for: what cannot be printed at once is kept until it can.
    void answer(std::string_view text) { say({STDOUT_FILENO, std::string(text) + '\n'}); }
    /// What went wrong with that: to standard error, and kept as well.
    void complain(std::string_view sentence) { say({STDERR_FILENO, "gnut: " + std::string(sentence) + '\n'}); }

    /// What happened by itself: dropped and counted where nobody takes it.
    void news(std::string_view line);
    /// What went wrong by itself, or a line of the library's log: to standard error, and dropped as news is.
    void warn(std::string_view sentence);

    /// Waits until all that is kept has been printed: who asks for more than he reads has to wait.
    awaitable<void> all_is_printed();

  private:
    struct Line {
        int descriptor;
        std::string text;
    };

    void say(Line line);
    /// Leaves of it what nobody takes yet.
    void print(Line& line);
    awaitable<void> print_kept();
    void show_typed_line();

    LineSource* source_ = nullptr;
    SharedStream output_;
    SharedStream errors_;
    boost::asio::steady_timer printed_;
    std::deque<Line> kept_;
    bool printing_ = false;
    /// The line that is being typed is off the screen.
    bool hidden_ = false;
    std::size_t dropped_ = 0;
};

}  // namespace gnut
