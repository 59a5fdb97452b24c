#pragma once

#include <gnutella/event.hpp>

#include <cstddef>
#include <string>

namespace gnut {

/// " 42% [====->      ] 1.4 MB of 3.4 MB, 1.2 MB/s, 0:02 left, 3 sources" in at most so many columns; what does not fit
/// is left out, the percentage last of all. "=" is verified, "-" has come and can be verified only at the end.
std::string render_progress(const gnutella::DownloadProgress& progress, std::size_t columns);

/// Draws a download's progress on standard error, in place, when that is a terminal; does nothing when it is not.
class ProgressBar {
  public:
    ProgressBar();
    ~ProgressBar() { clear(); }
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void show(const gnutella::DownloadProgress& progress);
    /// Takes the bar off the screen, so that other lines can follow.
    void clear();

  private:
    /// Blanks or a code that take what is drawn off the screen from behind so many columns of it.
    std::string erasure(std::size_t columns) const;

    const bool on_terminal_;
    /// Columns that are drawn now.
    std::size_t drawn_ = 0;
};

}  // namespace gnut
