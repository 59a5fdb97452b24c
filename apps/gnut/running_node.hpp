#pragma once

#include "console.hpp"
#include "exit_code.hpp"
#include "line_source.hpp"
#include "news.hpp"
#include "options.hpp"
#include "shell.hpp"

#include <gnutella/peer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>
#include <vector>

namespace gnut {

class Prompt;

/// A node and the person, or script, in front of it: what `gnut peer` runs.
class RunningNode {
  public:
    explicit RunningNode(const PeerOptions& options);
    ~RunningNode();

    /// Returns when the node has left the network.
    ExitCode run();

  private:
    /// What the next line answers.
    enum class Asked { command, folder, file_name };

    awaitable<void> live();
    void tell(const gnutella::Event& event);
    void tell_where_it_listens();
    awaitable<void> first_joins();
    /// Waits until the shell has put this job, which was begun in the background of a terminal, in front of its person.
    awaitable<void> come_to_the_foreground();
    awaitable<void> read_lines();
    awaitable<void> take(std::string line);
    awaitable<void> share_answer(std::string folder);
    void ask(Asked asked);
    /// Asks this once the question for a file, if that is open, has been answered.
    void ask_next(Asked asked);
    /// Asks for a file in between; what was asked before is asked again later.
    void ask_for_file();
    void ask_again();
    void open_line_source();
    void follow_signals();
    void on_signal(int signal);
    void leave();
    [[noreturn]] void leave_at_once(int signal);

    const PeerOptions& options_;
    boost::asio::io_context context_{1};
    Console console_;
    News news_;
    gnutella::Peer peer_;
    gnutella::Subscription subscription_;
    Shell shell_;
    boost::asio::signal_set signals_;
    /// Nothing when nobody can type: a job in the background of a terminal.
    std::unique_ptr<LineSource> lines_;
    /// The same, when a person types on a terminal.
    Prompt* prompt_ = nullptr;
    Asked asked_ = Asked::command;
    /// What is asked again when that was the name of a file.
    Asked asked_before_ = Asked::command;
    /// A person sits at a terminal, which may be one that cannot edit lines.
    bool has_person_ = false;
    /// What happened before it was said where this node listens, which is to be the first line.
    std::vector<gnutella::Event> early_events_;
    bool listening_ = false;
    /// Neighbours of which it is not known yet whether they can be joined; the timer is cancelled when there are none.
    std::size_t joins_pending_;
    boost::asio::steady_timer joined_;
    bool leaving_ = false;
    ExitCode result_ = ExitCode::done;
};

}  // namespace gnut
