#pragma once

#include <string>
#include <string_view>

namespace gnut {

/// gnut --help
std::string general_help();

/// gnut COMMAND --help, for a command that there is.
std::string help_for(std::string_view command);

}  // namespace gnut
