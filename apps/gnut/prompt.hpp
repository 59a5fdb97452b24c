#pragma once

#include "completion.hpp"
#include "line_source.hpp"
#include "shared_stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/signal_set.hpp>

#include <filesystem>
#include <functional>
#include <memory>

namespace gnut {

/// Lines that a person types on the terminal, edited by libedit, with history and completion. libedit reads a key at a
/// time when the event loop says that there is one, so the node goes on meanwhile.
class Prompt final : public LineSource {
  public:
    enum class Keeping : std::uint8_t {
        history,  ///< lines are remembered: commands
        nothing,  ///< lines are forgotten: answers to a question
    };
    using Completer = std::function<LineCompletion(std::string_view line)>;

    /// @param history_file where lines are kept for the next time; empty: nowhere.
    /// @throws std::runtime_error when libedit cannot use the terminal.
    Prompt(const boost::asio::any_io_executor& executor, std::filesystem::path history_file);
    ~Prompt() override;

    awaitable<std::optional<std::string>> next() override;
    void ask(std::string question) override;
    void hide() override;
    void show() override;

    /// What becomes of the lines from here on, and what Tab does.
    void set_mode(Keeping keeping, Completer completer);

    /// Keeps what has been typed of the line, while something else is asked.
    void set_aside();
    /// The next question comes with what was set aside, as if it had been typed again.
    void give_back();

    /// Gives the terminal back as it was.
    void restore_terminal();

  private:
    struct Editor;
    void follow_window_size();

    std::unique_ptr<Editor> editor_;
    SharedStream input_;
    SharedStream output_;
    boost::asio::signal_set window_changes_;
};

}  // namespace gnut
