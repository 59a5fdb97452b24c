#pragma once

#include <string>
#include <string_view>

namespace gnutella::wire {

/// The program that a hit's vendor code stands for, such as "gtk-gnutella"; of a code that we do not know, its letters,
/// and nothing when these are none that a person could read.
std::string client_name(std::string_view vendor_code);

/// The other way: the code of a program by its name, with or without a version, such as "gtk-gnutella/1.2.3". One that
/// is its own code is that; what has none, or is not said, has ours: it is we who write the hit.
std::string_view vendor_code_of(std::string_view client);

}  // namespace gnutella::wire
