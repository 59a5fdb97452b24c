#include "console.hpp"

#include "amounts.hpp"
#include "terminal.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <iostream>
#include <utility>

namespace gnut {

namespace {

/// Writes as much as whoever reads takes without being waited for. @return how much; all where it cannot be written.
std::size_t write_now(int descriptor, std::string_view text) {
    constexpr std::size_t never_waits = PIPE_BUF;  // where there is room at all
    if (descriptor == STDOUT_FILENO) {
        std::cout.clear();  // an earlier failure is no reason to be silent for ever
    }
    std::size_t written = 0;
    while (written < text.size() && is_writable_now(descriptor)) {
        const ssize_t count = ::write(descriptor, text.data() + written, std::min(text.size() - written, never_waits));
        if (count < 0 && errno == EAGAIN) {
            break;
        }
        if (count < 0 && errno != EINTR) {
            const bool terminal_is_gone = errno == EIO;  // and whoever could be told
            if (descriptor == STDOUT_FILENO && !terminal_is_gone) {
                std::cout.setstate(std::ios::badbit);  // for who asks at the end whether all went well
            }
            return text.size();
        }
        written += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    return written;
}

}  // namespace

Console::Console(const boost::asio::any_io_executor& executor)
    : output_(executor, STDOUT_FILENO, SharedStream::For::writing),
      errors_(executor, STDERR_FILENO, SharedStream::For::writing),
      printed_(executor, boost::asio::steady_timer::time_point::max()) {}

void Console::say(Line line) {
    if (kept_.empty()) {
        print(line);
    }
    if (line.text.empty()) {
        show_typed_line();
        return;
    }
    kept_.push_back(std::move(line));
    if (!std::exchange(printing_, true)) {
        boost::asio::co_spawn(printed_.get_executor(), print_kept(), boost::asio::detached);
    }
}

awaitable<void> Console::print_kept() {
    while (!kept_.empty()) {
        SharedStream& stream = kept_.front().descriptor == STDERR_FILENO ? errors_ : output_;
        if (!co_await stream.ready()) {
            break;
        }
        print(kept_.front());
        if (kept_.front().text.empty()) {
            kept_.pop_front();
        }
    }
    printing_ = false;
    show_typed_line();
    printed_.cancel();
}

awaitable<void> Console::all_is_printed() {
    while (!kept_.empty()) {
        co_await printed_.async_wait(as_result);
    }
}

void Console::print(Line& line) {
    if (source_ != nullptr && !std::exchange(hidden_, true)) {
        source_->hide();
    }
    line.text.erase(0, write_now(line.descriptor, line.text));
}

void Console::show_typed_line() {
    if (std::exchange(hidden_, false) && source_ != nullptr) {
        source_->show();
    }
}

void Console::news(std::string_view line) {
    if (!kept_.empty() || !is_writable_now(STDOUT_FILENO)) {
        ++dropped_;
        return;
    }
    if (dropped_ > 0) {
        answer("(" + format_count(std::exchange(dropped_, 0), "line") + " not shown: nobody was reading)");
    }
    answer(line);
}

void Console::warn(std::string_view sentence) {
    constexpr std::size_t max_kept = 1'000;
    if (kept_.size() < max_kept && is_writable_now(STDERR_FILENO)) {
        complain(sentence);
    } else {
        ++dropped_;
    }
}

}  // namespace gnut
