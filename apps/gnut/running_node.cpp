#include "running_node.hpp"

#include "amounts.hpp"
#include "complaint.hpp"
#include "completion.hpp"
#include "line_input.hpp"
#include "printable.hpp"
#include "prompt.hpp"
#include "terminal.hpp"
#include "transfer_settings.hpp"
#include "trimmed.hpp"
#include "user_folders.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <utility>
#include <variant>

namespace gnut {

namespace asio = boost::asio;

namespace {

bool on_terminal() {
    return is_terminal(STDIN_FILENO) && is_terminal(STDOUT_FILENO) && is_in_foreground(STDIN_FILENO);
}

gnutella::Settings settings_for(const PeerOptions& options, asio::io_context& context, Console& console) {
    gnutella::Settings settings;
    settings.port = options.port;
    settings.neighbours = options.neighbours;
    settings.shares = options.shares;
    settings.state_folder = options.state;
    apply(options.transfers, settings);
    settings.dialects = options.dialects;
    settings.role = options.role;
    if (options.verbose) {
        // Lines come from any thread; the screen is the main thread's.
        settings.log = [executor = context.get_executor(), &console](gnutella::LogLevel level, std::string_view line) {
            std::string text = std::string(to_string(level)) + ": " + printable(line);
            asio::post(executor, [&console, text = std::move(text)] { console.warn(text); });
        };
    }
    return settings;
}

/// Which of the folders to be shared an error is about.
std::string folder_at_fault(const PeerOptions& options, const gnutella::error_code& error) {
    for (const auto& folder : options.shares) {
        std::error_code reason;
        const auto status = std::filesystem::status(folder, reason);
        const bool missing = !std::filesystem::exists(status);
        const bool folder_indeed = std::filesystem::is_directory(status);
        const bool unreadable =
            reason == std::errc::permission_denied || (folder_indeed && ::access(folder.c_str(), R_OK | X_OK) != 0);
        if ((error == gnutella::Error::folder_missing && missing) ||
            (error == gnutella::Error::not_a_folder && !missing && !folder_indeed) ||
            (error == gnutella::Error::folder_unreadable && unreadable)) {
            return folder.string();
        }
    }
    return {};
}

/// What a node that could not start stumbled over.
std::string subject_of(const gnutella::error_code& error, const PeerOptions& options) {
    if (error == gnutella::Error::port_in_use || error == gnutella::Error::cannot_listen) {
        return "port " + std::to_string(options.port);
    }
    if (error == gnutella::Error::state_unusable || error == gnutella::Error::state_full ||
        error == gnutella::Error::identity_damaged) {
        return options.state.string();
    }
    return folder_at_fault(options, error);
}

/// A person at a terminal sees what the network asks for; what each source does wrong is for who looks into it.
News::Detail detail_for(const PeerOptions& options, bool has_person) {
    if (options.verbose) {
        return News::Detail::all;
    }
    return has_person ? News::Detail::queries : News::Detail::usual;
}

}  // namespace

RunningNode::RunningNode(const PeerOptions& options)
    : options_(options),
      console_(context_.get_executor()),
      peer_(context_.get_executor(), settings_for(options, context_, console_)),
      shell_(peer_, console_, options.downloads, [this] { leave(); }),
      signals_(context_, SIGINT, SIGTERM),
      joins_pending_(options.neighbours.size()),
      joined_(context_) {
    // Whoever read our output, or fetched a file, and went away must not take the node along.
    std::signal(SIGPIPE, SIG_IGN);
    // A file that may not grow further (ulimit -f) fails to be written, as on a full disk.
    std::signal(SIGXFSZ, SIG_IGN);
}

RunningNode::~RunningNode() = default;

ExitCode RunningNode::run() {
    asio::co_spawn(context_, live(), [](const std::exception_ptr& failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
    context_.run();
    std::fflush(stdout);  // what has been drawn for a terminal that shows nothing more
    return result_;
}

awaitable<void> RunningNode::live() {
    subscription_ = peer_.subscribe([this](const gnutella::Event& event) { tell(event); });
    const auto [error] = co_await peer_.async_start(as_result);
    if (error) {
        const std::string subject = subject_of(error, options_);
        complain(subject.empty() ? error.message() : complaint_about(subject, error));
        result_ = ExitCode::failed;
        co_return;
    }
    tell_where_it_listens();
    if (const std::size_t remembered = shell_.follow_remembered_downloads(); remembered > 0) {
        console_.answer("going on with " + format_count(remembered, "download"));
    }
    follow_signals();
    open_line_source();
    if (options_.shares.empty() && has_person_) {
        ask(Asked::folder);
    } else {
        if (options_.shares.empty()) {
            console_.answer("sharing nothing; --share DIR offers the files of a folder");
        }
        ask(Asked::command);
    }
    if (!lines_) {
        co_await come_to_the_foreground();
    } else if (!has_person_) {
        co_await first_joins();
    }
    co_await read_lines();
}

awaitable<void> RunningNode::come_to_the_foreground() {
    // No signal comes with that: bash sends SIGCONT only to a job that was stopped.
    constexpr std::chrono::milliseconds between_looks{500};
    asio::steady_timer next_look(context_);
    while (!on_terminal()) {
        if (leaving_ || !is_terminal(STDIN_FILENO) || !is_terminal(STDOUT_FILENO)) {
            co_return;
        }
        next_look.expires_after(between_looks);
        co_await next_look.async_wait(as_result);
    }
    if (!leaving_) {
        open_line_source();
        ask(Asked::command);
    }
}

awaitable<void> RunningNode::first_joins() {
    // A script's first line may be a search already: it is to find the neighbours that were named.
    constexpr std::chrono::seconds patience{15};
    if (joins_pending_ > 0) {
        joined_.expires_after(patience);
        co_await joined_.async_wait(as_result);
    }
}

void RunningNode::tell(const gnutella::Event& event) {
    if (!listening_) {
        early_events_.push_back(event);
        return;
    }
    const bool joined =
        std::holds_alternative<gnutella::SessionOpened>(event) || std::holds_alternative<gnutella::JoinFailed>(event);
    if (joined && joins_pending_ > 0 && --joins_pending_ == 0) {
        joined_.cancel();
    }
    const auto line = news_.line_for(event);
    if (!line) {
        return;
    }
    const bool to_act_on =
        std::holds_alternative<gnutella::Trouble>(event) || std::holds_alternative<gnutella::JoinFailed>(event);
    if (to_act_on) {
        console_.warn(*line);
    } else {
        console_.news(*line);
    }
}

void RunningNode::tell_where_it_listens() {
    // The first line, whatever else has happened: scripts read the port from it.
    console_.answer("listening on " + peer_.local_endpoint().to_string());
    listening_ = true;
    for (const auto& event : std::exchange(early_events_, {})) {
        tell(event);
    }
}

void RunningNode::open_line_source() {
    has_person_ = on_terminal();
    news_.tell(detail_for(options_, has_person_));
    if (has_person_ && can_edit_lines()) {
        std::filesystem::path history;
        if (!options_.state.empty()) {
            history = options_.state / "history";
        }
        auto prompt = std::make_unique<Prompt>(context_.get_executor(), history);
        prompt_ = prompt.get();
        lines_ = std::move(prompt);
    } else if (!is_terminal(STDIN_FILENO) || is_in_foreground(STDIN_FILENO)) {
        lines_ = std::make_unique<LineInput>(context_.get_executor());
    }
    console_.share_screen_with(lines_.get());
}

awaitable<void> RunningNode::read_lines() {
    const auto executor = context_.get_executor();
    while (lines_ && !leaving_) {
        std::optional<std::string> line = co_await lines_->next();
        if (leaving_) {
            co_return;
        }
        if (!line && has_person_ && asked_ == Asked::file_name) {
            ask_again();  // Ctrl+D: no file after all
            continue;
        }
        if (!line) {
            if (has_person_ && on_terminal()) {  // Ctrl+D
                leave();
            } else {  // the end of a file or pipe, or of a terminal that is gone (nohup), only ends the commands
                console_.share_screen_with(nullptr);
                prompt_ = nullptr;
                lines_.reset();
            }
            co_return;
        }
        if (has_person_ && asked_ != Asked::folder) {
            // A person goes on typing while a search or a download goes on ...
            asio::co_spawn(executor, take(*std::move(line)), asio::detached);
        } else {
            // ... a script expects each line to be done before the next, and a wrong folder is asked for again.
            co_await take(*std::move(line));
            co_await console_.all_is_printed();
            co_await asio::post(executor, as_result);  // between two lines the node does what else is to be done
        }
    }
}

awaitable<void> RunningNode::take(std::string line) {
    const Asked asked = asked_;
    if (asked == Asked::folder) {
        co_await share_answer(trimmed(line));
        co_return;
    }
    if (asked == Asked::file_name) {
        ask_again();
        if (!line.empty()) {
            co_await shell_.fetch_and_show(std::move(line));
        }
        co_return;
    }
    co_await shell_.execute(std::move(line));
}

awaitable<void> RunningNode::share_answer(std::string folder) {
    if (!folder.empty()) {
        const auto path = folder_from(folder, user_folders().home);
        const auto [error] = co_await peer_.async_share(path, as_result);
        if (error) {
            console_.complain(complaint_about(folder, error));
            ask_next(Asked::folder);
            co_return;
        }
    } else {
        console_.answer("sharing nothing; `share DIR` offers the files of a folder");
    }
    ask_next(Asked::command);
}

void RunningNode::ask_next(Asked asked) {
    if (asked_ == Asked::file_name) {
        asked_before_ = asked;
    } else {
        ask(asked);
    }
}

void RunningNode::ask_again() {
    if (prompt_ != nullptr) {
        prompt_->give_back();
    }
    ask(asked_before_);
}

void RunningNode::ask(Asked asked) {
    asked_ = asked;
    if (!lines_) {
        return;
    }
    if (prompt_ != nullptr) {
        const bool command = asked == Asked::command;
        prompt_->set_mode(command ? Prompt::Keeping::history : Prompt::Keeping::nothing,
                          command                  ? Prompt::Completer(complete_command)
                          : asked == Asked::folder ? Prompt::Completer(complete_folder)
                                                   : Prompt::Completer());
    }
    switch (asked) {
        case Asked::command:
            lines_->ask(has_person_ ? "gnut> " : "");
            break;
        case Asked::folder:
            lines_->ask("Directory to share: ");
            break;
        case Asked::file_name:
            lines_->ask("Filename: ");
            break;
    }
}

void RunningNode::follow_signals() {
    signals_.add(SIGTSTP);
    struct sigaction hangup {};
    if (::sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {  // nohup: it is to go on
        signals_.add(SIGHUP);
    }
    on_signal(0);
}

void RunningNode::on_signal(int signal) {
    if (signal == SIGTSTP) {
        ask_for_file();
    } else if (signal != 0) {
        if (leaving_) {
            leave_at_once(signal);
        }
        leave();
    }
    signals_.async_wait([this](const gnutella::error_code& error, int next) {
        if (!error) {
            on_signal(next);
        }
    });
}

void RunningNode::ask_for_file() {
    if (leaving_ || !lines_ || asked_ == Asked::file_name) {
        return;
    }
    asked_before_ = asked_;
    if (prompt_ != nullptr) {
        prompt_->set_aside();
    }
    ask(Asked::file_name);
}

void RunningNode::leave() {
    if (leaving_) {
        return;
    }
    leaving_ = true;
    if (prompt_ != nullptr) {
        prompt_->restore_terminal();
    } else if (lines_) {
        lines_->hide();
    }
    console_.share_screen_with(nullptr);
    subscription_.cancel();  // the end of each session is no news now
    console_.news("leaving: BYE to every neighbour");
    peer_.async_stop([this](const gnutella::error_code&) { context_.stop(); });
}

void RunningNode::leave_at_once(int signal) {
    std::cout.flush();
    std::_Exit(128 + signal);
}

}  // namespace gnut
