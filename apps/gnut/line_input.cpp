#include "line_input.hpp"

#include "terminal.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <utility>

namespace gnut {

LineInput::LineInput(const boost::asio::any_io_executor& executor)
    : input_(executor, STDIN_FILENO, SharedStream::For::reading),
      on_terminal_(is_terminal(STDIN_FILENO) && is_terminal(STDOUT_FILENO)) {}

awaitable<std::optional<std::string>> LineInput::next() {
    if (on_terminal_ && !waiting_) {
        print_question();
    }
    while (true) {
        if (auto line = take_line()) {
            waiting_ = false;
            co_return line;
        }
        if (at_end_) {
            if (on_terminal_) {
                std::cout << '\n' << std::flush;
                std::cout.clear();  // a terminal that is stopped is no failure
                waiting_ = false;
                at_end_ = false;  // Ctrl+D was the answer to this question; the next one gets its own
            }
            co_return std::nullopt;
        }
        at_end_ = !co_await read_more();
    }
}

std::optional<std::string> LineInput::take_line() {
    const std::size_t end = unread_.find('\n');
    const bool whole = end != std::string::npos;
    if (!whole && (!at_end_ || unread_.empty())) {
        return std::nullopt;
    }
    std::string line = unread_.substr(0, end);
    unread_.erase(0, whole ? end + 1 : end);
    if (line.ends_with('\r')) {
        line.pop_back();
    }
    return line;
}

awaitable<bool> LineInput::read_more() {
    if (!co_await input_.ready()) {
        co_return false;
    }
    std::array<char, 4096> bytes{};
    ssize_t length = 0;
    do {
        length = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    } while (length < 0 && errno == EINTR);
    if (length <= 0) {
        co_return false;
    }
    unread_.append(bytes.data(), static_cast<std::size_t>(length));
    co_return true;
}

void LineInput::ask(std::string question) {
    hide();
    question_ = std::move(question);
    print_question();
}

void LineInput::print_question() {
    if (!question_.empty()) {
        std::cout << question_ << (is_terminal(STDOUT_FILENO) ? "" : "\n") << std::flush;
        std::cout.clear();
        waiting_ = on_terminal_;
    }
}

void LineInput::hide() {
    if (waiting_) {
        std::cout << '\n';
        std::cout.clear();
    }
}

void LineInput::show() {
    if (waiting_) {
        print_question();
    }
}

}  // namespace gnut
