#include "console.hpp"

#include "amounts.hpp"
#include "complaint.hpp"
#include "terminal.hpp"

#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <string>

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

void Console::write_line(std::string_view text) {
    if (cut_short_) {
        return;
    }
    std::cout.clear();  // an earlier failure (nobody reads) is no reason to be silent for ever
    errno = 0;
    std::cout << std::string(text) + '\n' << std::flush;
    cut_short_ = !std::cout && errno == EINTR;
}

void Console::go_on() {
    std::cout.clear();
    cut_short_ = false;
}

void Console::answer(std::string_view text) {
    const Cleared cleared(source_);
    write_line(text);
}

void Console::news(std::string_view line) {
    if (!is_writable_now(STDOUT_FILENO)) {
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

void Console::complain(std::string_view sentence) {
    if (cut_short_) {
        return;
    }
    const Cleared cleared(source_);
    gnut::complain(sentence);
}

void Console::warn(std::string_view sentence) {
    if (is_writable_now(STDERR_FILENO)) {
        complain(sentence);
    } else {
        ++dropped_;
    }
}

}  // namespace gnut
