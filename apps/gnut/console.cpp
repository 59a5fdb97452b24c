#include "console.hpp"

#include "amounts.hpp"
#include "complaint.hpp"
#include "terminal.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <utility>

namespace gnut {

namespace {

/// Has the typed line off the screen while it lives.
class Cleared {
  public:
    explicit Cleared(LineSource* source) : source_(source) {
        if (source_ != nullptr) {
            source_->hide();
        }
    }
    ~Cleared() {
        if (source_ != nullptr) {
            source_->show();
        }
    }
    Cleared(const Cleared&) = delete;
    Cleared& operator=(const Cleared&) = delete;

  private:
    LineSource* source_;
};

}  // namespace

Console::Console(const boost::asio::any_io_executor& executor)
    : output_(executor, STDOUT_FILENO, SharedStream::For::writing),
      errors_(executor, STDERR_FILENO, SharedStream::For::writing),
      printed_(executor, boost::asio::steady_timer::time_point::max()) {}

void Console::say(Line line) {
    if (cut_short_) {
        return;
    }
    if (kept_.empty() && is_writable_now(line.to_errors ? STDERR_FILENO : STDOUT_FILENO)) {
        print(line);
        return;
    }
    kept_.push_back(std::move(line));
    if (!std::exchange(printing_, true)) {
        boost::asio::co_spawn(printed_.get_executor(), print_kept(), boost::asio::detached);
    }
}

awaitable<void> Console::print_kept() {
    while (!kept_.empty()) {
        const bool can_print = co_await (kept_.front().to_errors ? errors_ : output_).ready();
        if (!can_print || kept_.empty()) {
            break;
        }
        const Line line = std::move(kept_.front());
        kept_.pop_front();
        print(line);
    }
    printing_ = false;
    printed_.cancel();
}

awaitable<void> Console::all_is_printed() {
    while (!kept_.empty()) {
        co_await printed_.async_wait(as_result);
    }
}

void Console::print(const Line& line) {
    const Cleared cleared(source_);
    if (line.to_errors) {
        gnut::complain(line.text);
    } else {
        write_line(line.text);
    }
}

void Console::write_line(std::string_view text) {
    if (cut_short_) {
        return;
    }
    std::cout.clear();  // an earlier failure (nobody reads) is no reason to be silent for ever
    errno = 0;
    std::cout << std::string(text) + '\n' << std::flush;
    cut_short_ = !std::cout && errno == EINTR;
}

void Console::go_on_after_signal() {
    std::cout.clear();
    cut_short_ = false;
    kept_.clear();
}

void Console::news(std::string_view line) {
    if (!kept_.empty() || !is_writable_now(STDOUT_FILENO)) {
        ++dropped_;
        return;
    }
    const Cleared cleared(source_);
    if (dropped_ > 0) {
        write_line("(" + format_count(dropped_, "line") + " not shown: nobody was reading)");
        dropped_ = 0;
    }
    write_line(line);
}

void Console::warn(std::string_view sentence) {
    if (!kept_.empty() || cut_short_ || !is_writable_now(STDERR_FILENO)) {
        ++dropped_;
        return;
    }
    print({std::string(sentence), true});
}

}  // namespace gnut
