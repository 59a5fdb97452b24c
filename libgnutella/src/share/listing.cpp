#include "share/listing.hpp"

#include "share/open_canonical.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace gnutella::share {

int list_directory(const std::string& path, Listing& listing, const std::stop_token& stop) {
    struct Close {
        void operator()(DIR* stream) const noexcept { ::closedir(stream); }
    };
    FileDescriptor opened = open_canonical(path, O_DIRECTORY);
    if (!opened) {
        return errno;
    }
    const std::unique_ptr<DIR, Close> stream(::fdopendir(opened.get()));
    if (!stream) {
        return errno;
    }
    const int directory = opened.release();  // the stream closes it
    while (!stop.stop_requested()) {
        errno = 0;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread reads this stream
        const dirent* entry = ::readdir(stream.get());
        if (entry == nullptr) {
            if (errno != 0) {
                return errno;
            }
            break;
        }
        struct stat status {};
        if (entry->d_name[0] == '.' || entry->d_type == DT_LNK ||
            ::fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        if (S_ISDIR(status.st_mode)) {
            listing.folders.emplace_back(entry->d_name);
        } else if (S_ISREG(status.st_mode)) {
            listing.files.emplace_back(entry->d_name, FileStamp::of(status));
        }
    }
    std::ranges::sort(listing.folders);
    std::ranges::sort(
        listing.files, {}, [](const auto& file) -> const auto& { return file.first; });
    return 0;
}

std::string join_path(const std::string& directory, std::string_view name) {
    std::string path = directory;
    if (!path.ends_with('/')) {
        path += '/';
    }
    return path.append(name);
}

std::string parent_path(const std::string& path) {
    return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

std::string last_part(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

}  // namespace gnutella::share
