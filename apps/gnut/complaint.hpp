#pragma once

#include <gnutella/error.hpp>

#include <string>
#include <string_view>

namespace gnut {

/// Writes "gnut: SENTENCE" to standard error. What strangers chose must have gone through printable() before.
void complain(std::string_view sentence);

/// The error's own sentence. Nothing for what was cancelled: whoever pressed Ctrl+C knows.
void complain(const gnutella::error_code& error);
/// The same, with what the error is about.
void complain(std::string_view subject, const gnutella::error_code& error);

/// "SUBJECT: what is wrong with it, and what to do", the subject made printable.
std::string complaint_about(std::string_view subject, const gnutella::error_code& error);

}  // namespace gnut
