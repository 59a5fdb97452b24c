#include "share/directory_watches.hpp"

#include <sys/inotify.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace gnutella::share {

namespace {

using Kind = DirectoryChange::Kind;

constexpr std::uint32_t watched_changes = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE |
                                          IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR |
                                          IN_DONT_FOLLOW | IN_EXCL_UNLINK;

// File systems that others change without inotify noticing: NFS, SMB, CIFS, SMB2, FUSE, 9P, AFS, Ceph.
constexpr std::array<std::uint32_t, 8> remote_file_systems{0x6969,     0x517B,     0xFF534D42, 0xFE534D42,
                                                           0x65735546, 0x01021997, 0x5346414F, 0x00C36400};

bool is_remote(const std::string& directory) {
    struct statfs status {};
    return ::statfs(directory.c_str(), &status) == 0 &&
           std::ranges::find(remote_file_systems, static_cast<std::uint32_t>(status.f_type)) !=
               remote_file_systems.end();
}

Kind kind_of(const inotify_event& event) {
    const bool gone = (event.mask & (IN_DELETE | IN_MOVED_FROM)) != 0;
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
        return Kind::overflow;
    }
    if (event.len == 0 || (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)) != 0) {
        return Kind::itself;
    }
    if ((event.mask & IN_ISDIR) != 0) {
        return gone ? Kind::folder_gone : Kind::folder_changed;
    }
    return gone ? Kind::file_gone : Kind::file_written;
}

}  // namespace

void DirectoryWatches::start() {
    inotify_ = FileDescriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
}

int DirectoryWatches::watch(const std::string& directory) {
    if (!inotify_ || is_remote(directory)) {
        return none;
    }
    const int number = ::inotify_add_watch(inotify_.get(), directory.c_str(), watched_changes);
    if (number < 0) {
        return none;
    }
    directories_.insert_or_assign(number, directory);
    return number;
}

void DirectoryWatches::unwatch(int watch, const std::string& directory) {
    const auto place = directories_.find(watch);
    if (place != directories_.end() && place->second == directory) {  // it may have been found again elsewhere
        ::inotify_rm_watch(inotify_.get(), watch);
        directories_.erase(place);
    }
}

void DirectoryWatches::read(const std::function<void(const DirectoryChange&)>& handle) {
    alignas(inotify_event) std::array<char, 64 * 1024> buffer;
    const ssize_t size = inotify_ ? ::read(inotify_.get(), buffer.data(), buffer.size()) : 0;
    for (ssize_t at = 0; at < size;) {
        inotify_event event{};
        std::memcpy(&event, buffer.data() + at, sizeof event);
        const char* name = buffer.data() + at + sizeof event;
        at += static_cast<ssize_t>(sizeof event + event.len);
        const Kind kind = kind_of(event);
        const auto place = directories_.find(event.wd);
        if (kind == Kind::overflow) {
            handle({kind, {}, {}});
        } else if (place != directories_.end()) {
            const std::string directory = place->second;  // what is called may end the watch
            if ((event.mask & IN_IGNORED) != 0) {
                directories_.erase(place);
            }
            // The name is padded with zeros.
            handle({kind, directory, std::string_view(name, ::strnlen(name, event.len))});
        }
    }
}

}  // namespace gnutella::share
