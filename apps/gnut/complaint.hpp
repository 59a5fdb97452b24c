#pragma once

#include <gnutella/error.hpp>

#include <string>
#include <string_view>

namespace gnut {

/// Writes "gnut: SENTENCE" to standard error. What strangers chose must have gone through printable() before.
void complain(std::string_view sentence);

/// "SUBJECT: what is wrong with it, and what to do", the subject made printable.
std::string complaint_about(std::string_view subject, const gnutella::error_code& error);

}  // namespace gnut
