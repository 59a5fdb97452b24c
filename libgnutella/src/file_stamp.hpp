#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace gnutella {

/// What of a file's inode changes when its content may have: two equal stamps, the same content.
struct FileStamp {
    std::uint64_t size = 0;
    /// Nanoseconds since 1970 of the last change to the content, as the owner may have set it...
    std::int64_t modified = 0;
    /// ... and of the last change to the inode, which nobody can set.
    std::int64_t changed = 0;

    static FileStamp of(const struct stat& status) noexcept {
        return {static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
    }

    friend bool operator==(const FileStamp&, const FileStamp&) = default;

  private:
    static std::int64_t nanoseconds(const timespec& time) noexcept {
        return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    }
};

}  // namespace gnutella
