#pragma once

#include "line_source.hpp"
#include "shared_stream.hpp"

#include <boost/asio/any_io_executor.hpp>

namespace gnut {

/// Lines of standard input as it is: a pipe, a file, or a terminal that cannot edit lines.
class LineInput final : public LineSource {
  public:
    explicit LineInput(const boost::asio::any_io_executor& executor);

    awaitable<std::optional<std::string>> next() override;
    /// Prints the question, on a line of its own where nobody types after it. On a terminal it is asked before each
    /// line.
    void ask(std::string question) override;
    /// What a terminal of this kind has shown cannot be taken back: the line is ended.
    void hide() override;
    void show() override;

  private:
    /// Waits for bytes and appends them; false at the end.
    awaitable<bool> read_more();
    std::optional<std::string> take_line();
    void print_question();

    SharedStream input_;
    std::string unread_;
    std::string question_;
    /// The question stands at the end of the screen, and a line is waited for.
    bool waiting_ = false;
    const bool on_terminal_;
    bool at_end_ = false;
};

}  // namespace gnut
