#pragma once

#include "options.hpp"
#include "user_folders.hpp"

#include <span>
#include <string>

namespace gnut {

/// Reads the arguments that follow the program's name, and, for the commands that it concerns, the configuration file.
/// @throws UsageError
Command parse_command_line(std::span<const std::string> arguments, const UserFolders& folders);

}  // namespace gnut
