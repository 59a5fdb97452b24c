#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <sys/types.h>

namespace gnutella::transfer {

/// How bytes get into a file; a seam at which tests make a disk fail.
class FileWriter {
  public:
    virtual ~FileWriter() = default;

    /// As pwrite(2): the number of bytes written, which may be fewer than given; -1 with errno set.
    virtual ssize_t write(int descriptor, std::span<const std::byte> bytes, std::uint64_t offset) = 0;

    /// As fsync(2): all that was written is on the disk when it returns 0; -1 with errno set.
    virtual int sync(int descriptor) = 0;

    /// The operating system's.
    static FileWriter& system() noexcept;
};

}  // namespace gnutella::transfer
