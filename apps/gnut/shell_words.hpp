#pragma once

#include <array>
#include <string_view>

namespace gnut {

/// A command of the prompt of `gnut peer`.
struct ShellWord {
    std::string_view name;
    std::string_view arguments;
    std::string_view meaning;
};

inline constexpr std::array shell_words{
    ShellWord{"search", "WORDS...", "list the files whose names have these words"},
    ShellWord{"get", "N|NAME|URN|MAGNET", "fetch a file, by its number in the list or what it is"},
    ShellWord{"peers", "", "the neighbours"},
    ShellWord{"connect", "HOST:PORT", "open a session with a peer"},
    ShellWord{"share", "DIR", "offer the files of a folder"},
    ShellWord{"files", "", "what is offered"},
    ShellWord{"downloads", "", "what is being fetched, each with its number"},
    ShellWord{"pause", "N", "stop fetching a file for now"},
    ShellWord{"resume", "N", "go on with it"},
    ShellWord{"cancel", "N", "give it up; what has come is kept for a later get"},
    ShellWord{"stats", "", "what this node has done"},
    ShellWord{"help", "", "this list"},
    ShellWord{"quit", "", "say BYE to every neighbour and end (as Ctrl+C does)"},
};

}  // namespace gnut
