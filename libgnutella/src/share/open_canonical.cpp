#include "share/open_canonical.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace gnutella::share {

namespace {

constexpr int common_flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW;

}  // namespace

FileDescriptor open_canonical(const std::filesystem::path& path, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(common_flags | flags);
    how.resolve = RESOLVE_NO_SYMLINKS;
    const long number = ::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how);
    if (number < 0 && (errno == ENOSYS || errno == EPERM)) {  // sandboxes answer EPERM
        return open_canonical_without_openat2(path, flags);
    }
    return FileDescriptor(static_cast<int>(number));
}

FileDescriptor open_canonical_without_openat2(const std::filesystem::path& path, int flags) {
    FileDescriptor file(::open(path.c_str(), common_flags | flags));
    if (!file) {
        return file;
    }
    std::error_code error;
    const auto reached = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file.get()), error);
    if (error || reached != path) {
        file = FileDescriptor();
        errno = ELOOP;
    }
    return file;
}

}  // namespace gnutella::share
