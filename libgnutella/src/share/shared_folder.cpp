#include "share/shared_folder.hpp"

#include "share/listing.hpp"
#include "share/open_canonical.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace gnutella::share {

namespace {

// Files that are looked at in one step.
constexpr int max_settled_at_once = 256;

bool is_hidden(std::string_view name) {
    return name.starts_with('.');
}

}  // namespace

SharedFolder::SharedFolder(std::string path, FolderSurroundings& surroundings)
    : path_(std::move(path)), around_(surroundings), settling_(surroundings.settle_time) {}

bool SharedFolder::contains(std::string_view path) const noexcept {
    return path == path_ || (path.starts_with(path_) && (path_.ends_with('/') || path[path_.size()] == '/'));
}

void SharedFolder::read_again() {
    next_look_ = {};
    read_all_ = true;
    changed_ = true;
}

void SharedFolder::read_again(const std::string& directory) {
    if (const Directory* known = find_directory(directory)) {
        queue_directory(directory, known->depth, Unread::itself);
    }
}

bool SharedFolder::step(Time now, const std::stop_token& stop) {
    if (next_look_ <= now) {
        look_for_it(now);
        return true;
    }
    if (!unread_.empty()) {
        const std::string path = std::move(unread_.back());
        unread_.pop_back();
        if (Directory* directory = find_directory(path); directory != nullptr && directory->unread != Unread::no) {
            read_directory(path, *directory, now, stop);
        }
        return true;
    }
    int settled = 0;
    while (settled < max_settled_at_once) {
        const auto path = settling_.take(now);
        if (!path) {
            break;
        }
        look_at_file(*path, now);
        ++settled;
    }
    return settled > 0;
}

SharedFolder::Time SharedFolder::deadline() const {
    return std::min(next_look_, settling_.deadline().value_or(Time::max()));
}

bool SharedFolder::settled() const noexcept {
    return !read_all_ && unread_.empty() && queued_ == 0 && settling_.settled();
}

void SharedFolder::report_when_read() {
    if (changed_ && identity_ && settled()) {
        changed_ = false;
        around_.batch.read({path_, files_, bytes_});
    }
}

// Whether the folder is there, and still the same one: it may be moved away, with all our watches in it, without
// any of them noticing.
void SharedFolder::look_for_it(Time now) {
    next_look_ = now + around_.rescan_interval;
    const FileDescriptor opened = open_canonical(path_, O_DIRECTORY);
    struct stat status {};
    if (!opened || ::fstat(opened.get(), &status) != 0) {
        const int reason = errno;
        vanish(reason == EACCES || reason == EPERM ? Error::folder_unreadable
               : reason == ENOTDIR                 ? Error::not_a_folder
                                                   : Error::folder_missing);
        return;
    }
    const Identity identity(status.st_dev, status.st_ino);
    const bool same = identity_ == identity;
    if (!same) {
        withdraw(path_);
        identity_ = identity;
        changed_ = true;
    }
    if (!same || read_all_ || polled_) {
        read_all_ = false;
        polled_ = false;  // unless it turns out again
        queue_directory(path_, 0, Unread::tree);
    }
}

void SharedFolder::vanish(Error error) {
    if (identity_ || changed_) {
        around_.batch.trouble(error, path_);
    }
    withdraw(path_);
    identity_.reset();
    read_all_ = false;
    changed_ = false;
}

void SharedFolder::withdraw(const std::string& directory) {
    const auto drop = [this](Directories::iterator place) {
        around_.watches.unwatch(place->second.watch, place->first);
        for (auto& [name, file] : place->second.files) {
            release(join_path(place->first, name), file);
        }
        return directories_.erase(place);
    };
    if (const auto place = directories_.find(directory); place != directories_.end()) {
        drop(place);
    }
    const std::string prefix = join_path(directory, "");
    auto place = directories_.lower_bound(prefix);
    while (place != directories_.end() && place->first.starts_with(prefix)) {
        place = drop(place);
    }
    if (Directory* parent = directory == path_ ? nullptr : find_directory(parent_path(directory))) {
        parent->folders.erase(last_part(directory));
    }
}

void SharedFolder::queue_directory(const std::string& path, std::size_t depth, Unread how) {
    Directory& directory = directories_.try_emplace(path).first->second;
    directory.depth = depth;
    if (directory.unread == Unread::no) {
        unread_.push_back(path);
    }
    directory.unread = std::max(directory.unread, how);
}

void SharedFolder::read_directory(const std::string& path, Directory& directory, Time now,
                                  const std::stop_token& stop) {
    const Unread how = std::exchange(directory.unread, Unread::no);
    watch(path, directory);  // before it is read: nothing that happens in between is lost
    Listing listing;
    if (const int reason = list_directory(path, listing, stop)) {
        lose_directory(path, directory, reason);
    } else if (!stop.stop_requested()) {
        directory.reported = false;
        compare_folders(path, directory, listing, how);
        compare_files(path, directory, listing, now);
    }
}

void SharedFolder::watch(const std::string& path, Directory& directory) {
    const int before = std::exchange(directory.watch, around_.watches.watch(path));
    if (before != directory.watch) {
        around_.watches.unwatch(before, path);
    }
    polled_ = polled_ || directory.watch == DirectoryWatches::none;
}

void SharedFolder::lose_directory(const std::string& path, Directory& directory, int reason) {
    if (reason == ENOENT || reason == ENOTDIR || reason == ELOOP) {
        if (path == path_) {
            next_look_ = {};
        } else {
            withdraw(path);
        }
        return;
    }
    if (!std::exchange(directory.reported, true)) {
        around_.batch.trouble(Error::folder_unreadable, path);
    }
    if (reason == EACCES || reason == EPERM) {
        compare_folders(path, directory, {}, Unread::itself);
        compare_files(path, directory, {}, {});
    } else {
        polled_ = true;  // no memory, too many open files, a disk that fails: it may be better the next time
    }
}

void SharedFolder::compare_folders(const std::string& path, Directory& directory, const Listing& listing, Unread how) {
    const std::set<std::string> before = directory.folders;
    for (const std::string& name : before) {
        if (!std::ranges::binary_search(listing.folders, name)) {
            withdraw(join_path(path, name));
        }
    }
    for (const std::string& name : listing.folders) {
        if (how == Unread::tree || !before.contains(name)) {
            enter_folder(directory, join_path(path, name), name, Unread::tree);
        }
    }
}

void SharedFolder::enter_folder(Directory& parent, const std::string& path, const std::string& name, Unread how) {
    if (around_.shared.contains(path)) {
        return;
    }
    const bool is_new = parent.folders.insert(name).second;
    if (parent.depth < around_.max_depth) {
        queue_directory(path, parent.depth + 1, is_new ? Unread::tree : how);
    } else if (is_new) {
        around_.batch.leave_out(1);
    }
}

void SharedFolder::handle(const DirectoryChange& change, Time now) {
    using Kind = DirectoryChange::Kind;
    const std::string directory(change.directory);
    Directory* known = find_directory(directory);
    if (known == nullptr || is_hidden(change.name)) {
        return;
    }
    const std::string name(change.name);
    const std::string path = join_path(directory, name);
    switch (change.kind) {
        case Kind::file_written:
            file_written(*known, path, name, now);
            return;
        case Kind::file_gone:
            forget_file(*known, path, name);
            around_.cache.forget(path);
            return;
        case Kind::folder_changed:
            enter_folder(*known, path, name, Unread::itself);
            return;
        case Kind::folder_gone:
            withdraw(path);
            return;
        case Kind::itself:
            if (directory == path_) {
                next_look_ = {};
            }
            queue_directory(directory, known->depth, Unread::itself);
            return;
        case Kind::overflow:
            read_again();
            return;
    }
}

}  // namespace gnutella::share
