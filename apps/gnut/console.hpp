#pragma once

#include "awaiting.hpp"
#include "line_source.hpp"
#include "shared_stream.hpp"

#include <gnutella/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

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

    /// What somebody has asked for: kept until it can be printed.
    void answer(std::string_view text) { say({std::string(text), false}); }
    /// What went wrong with that: to standard error, and kept as well.
    void complain(std::string_view sentence) { say({std::string(sentence), true}); }

    /// What happened by itself: dropped and counted where nobody takes it.
    void news(std::string_view line);
    /// What went wrong by itself, or a line of the library's log: to standard error, and dropped as news is.
    void warn(std::string_view sentence);

    /// Waits until all that is kept has been printed: who asks for more than he reads has to wait.
    awaitable<void> all_is_printed();

    /// A signal that comes in the middle of a long answer cuts it short, and all that is said after it, until whoever
    /// handles the signal calls this: it would never be handled otherwise. What is kept is dropped.
    void go_on_after_signal();

  private:
    struct Line {
        std::string text;
        bool to_errors;
    };

    void say(Line line);
    void print(const Line& line);
    void write_line(std::string_view text);
    awaitable<void> print_kept();

    LineSource* source_ = nullptr;
    SharedStream output_;
    SharedStream errors_;
    boost::asio::steady_timer printed_;
    std::deque<Line> kept_;
    bool printing_ = false;
    std::size_t dropped_ = 0;
    bool cut_short_ = false;
};

}  // namespace gnut
