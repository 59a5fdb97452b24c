#pragma once

#include <string>
#include <string_view>

namespace gnutella::wire {

/// The program that a hit's vendor code stands for, such as "gtk-gnutella"; of a code that we do not know, its letters,
/// and nothing when these are none that a person could read.
std::string client_name(std::string_view vendor_code);

}  // namespace gnutella::wire
