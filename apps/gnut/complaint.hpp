#pragma once

#include <gnutella/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace gnut {

/// Writes "gnut: SENTENCE" to standard error. What strangers chose must have gone through printable() before.
void complain(std::string_view sentence);

/// The error's own sentence. Nothing for what was cancelled: whoever pressed Ctrl+C knows.
void complain(const gnutella::error_code& error);
/// The same, with what the error is about.
void complain(std::string_view subject, const gnutella::error_code& error);

/// What becomes of a file that is fetched.
enum class Kept : std::uint8_t {
    on_disk,  ///< also of one that did not come whole: the next fetch goes on from there
    nowhere,  ///< it is written to standard output, or nothing of it has come
};

/// complaint_about() a file that was not fetched; where that is so, it says that a later fetch goes on from what is
/// here.
std::string complaint_about_download(std::string_view name, const gnutella::error_code& error, Kept kept);

/// "SUBJECT: what is wrong with it, and what to do", the subject made printable.
std::string complaint_about(std::string_view subject, const gnutella::error_code& error);

}  // namespace gnut
