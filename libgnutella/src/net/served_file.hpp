#pragma once

#include "file_descriptor.hpp"

#include <gnutella/error.hpp>

#include <cstdint>
#include <optional>

namespace gnutella::net {

/// A file that is being sent. Its functions block on the disk, and may be called by one thread at a time.
class ServedFile {
  public:
    ServedFile() = default;

    /// Takes an open file over. @param error set to file_unreadable, or to file_changed when it does not have that
    /// size.
    static ServedFile adopt(int descriptor, std::uint64_t expected_size, error_code& error);

    /// The same for a file that is still being written to, elsewhere than in what is sent: that it changes means
    /// nothing.
    static ServedFile adopt_unfinished(int descriptor, error_code& error);

    int descriptor() const noexcept { return descriptor_.get(); }

    /// Whether somebody has written to it since it was adopted, who should not have.
    bool has_changed() const noexcept;

  private:
    struct Stamp {
        std::uint64_t size = 0;
        std::int64_t modified = 0;
        friend bool operator==(const Stamp&, const Stamp&) = default;
    };
    // Not FileStamp::changed: whoever renames a file or changes who may read it has not changed what it is.
    std::optional<Stamp> read_stamp() const noexcept;

    FileDescriptor descriptor_;
    std::optional<Stamp> stamp_;  // none: it may change
};

}  // namespace gnutella::net
