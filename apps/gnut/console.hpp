#pragma once

#include "line_source.hpp"

#include <gnutella/error.hpp>

#include <cstddef>
#include <string_view>

namespace gnut {

/// Where a running node's lines go, while somebody may be typing one.
class Console {
  public:
    /// Lines are printed around the one that is being typed there; nullptr: nobody types.
    void share_screen_with(LineSource* source) noexcept { source_ = source; }

    /// What somebody has asked for: waits for whoever reads. A signal that comes meanwhile cuts it short, and all that
    /// is printed after it, until whoever handles the signal calls go_on(): it would never be handled otherwise.
    void answer(std::string_view text);
    void go_on();

    /// What happened by itself. When nobody takes standard output (a stopped terminal, a full pipe), it is dropped and
    /// counted rather than waited for: the node must go on.
    void news(std::string_view line);

    /// What went wrong, or a line of the library's log: to standard error.
    void complain(std::string_view sentence);

    /// What went wrong by itself: to standard error, and dropped as news is.
    void warn(std::string_view sentence);

  private:
    void write_line(std::string_view text);

    LineSource* source_ = nullptr;
    std::size_t dropped_ = 0;
    bool cut_short_ = false;
};

}  // namespace gnut
