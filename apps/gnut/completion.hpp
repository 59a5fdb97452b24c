#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gnut {

/// What Tab does to a line that is being typed.
struct LineCompletion {
    /// To be put at the cursor; empty when nothing is certain.
    std::string insert;
    /// What it could be, when that is more than one thing.
    std::vector<std::string> candidates;
};

/// Completes a command, or the folder after `share`, at the end of `line`.
LineCompletion complete_command(std::string_view line);

/// Completes the path of a folder, from those whose names can be shown as they are.
LineCompletion complete_folder(std::string_view path);

}  // namespace gnut
