// What becomes of each file of a shared folder: left alone until nobody writes to it, hashed, shared, withdrawn.

#include "share/shared_folder.hpp"

#include "utf8.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>

namespace gnutella::share {

namespace {

// nullopt for what is not there, or is no regular file.
std::optional<FileStamp> stamp_of(const std::string& path) {
    struct stat status {};
    const bool regular = ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
    return regular ? std::optional(FileStamp::of(status)) : std::nullopt;
}

// A time in the future is that of a wrong clock, not of somebody who writes.
bool was_just_written(const FileStamp& stamp, std::chrono::nanoseconds settle_time) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::chrono::nanoseconds age = now - std::chrono::nanoseconds(stamp.modified);
    return age.count() >= 0 && age < settle_time;
}

bool is_shareable_name(const std::string& name) {
    return is_utf8(name) && is_one_line(name);
}

}  // namespace

SharedFolder::Directory* SharedFolder::find_directory(const std::string& path) {
    const auto place = directories_.find(path);
    return place == directories_.end() ? nullptr : &place->second;
}

void SharedFolder::compare_files(const std::string& path, Directory& directory, const Listing& listing, Time now) {
    const auto name_of = [](const auto& file) -> const std::string& { return file.first; };
    std::vector<std::string> gone;
    for (const auto& [name, file] : directory.files) {
        if (!std::ranges::binary_search(listing.files, name, {}, name_of)) {
            gone.push_back(name);
        }
    }
    for (const std::string& name : gone) {
        forget_file(directory, join_path(path, name), name);
    }
    for (const auto& [name, stamp] : listing.files) {
        consider(join_path(path, name), name, directory.files[name], stamp, now);
    }
}

void SharedFolder::file_written(Directory& directory, const std::string& path, const std::string& name, Time now) {
    File& file = directory.files[name];
    if (file.state == State::shared) {
        const auto stamp = stamp_of(path);
        if (!stamp || stamp->size != file.size || stamp->modified != file.modified) {
            release(path, file);  // what was offered is no more, whatever it becomes
        }
    }
    if (file.state == State::unknown) {
        file.state = State::settling;
    }
    settling_.touch(path, now);
}

void SharedFolder::look_at_file(const std::string& path, Time now) {
    Directory* directory = find_directory(parent_path(path));
    if (directory == nullptr) {
        return;
    }
    const std::string name = last_part(path);
    if (const auto stamp = stamp_of(path)) {
        consider(path, name, directory->files[name], *stamp, now);
    } else {
        forget_file(*directory, path, name);
    }
}

void SharedFolder::consider(const std::string& path, const std::string& name, File& file, const FileStamp& stamp,
                            Time now) {
    const bool same = file.size == stamp.size && file.modified == stamp.modified;
    const bool decided = file.state == State::shared || file.state == State::queued || file.state == State::left_out;
    if (same && decided) {
        return;
    }
    release(path, file);
    file.size = stamp.size;
    file.modified = stamp.modified;
    if (!is_shareable_name(name)) {
        leave_out(file, State::left_out);
    } else if (was_just_written(stamp, around_.settle_time)) {
        file.state = State::settling;
        settling_.touch(path, now);
    } else if (files_ + queued_ >= around_.max_files) {
        leave_out(file, State::over_limit);
    } else if (const auto urn = around_.cache.find(path, stamp.size, stamp.modified)) {
        share(path, name, file, *urn);
    } else {
        file.state = State::queued;
        ++queued_;
        around_.queue.add(path, stamp.size);
    }
}

void SharedFolder::hashed(HashQueue::Result result, Time now) {
    Directory* directory = find_directory(parent_path(result.path));
    const std::string name = last_part(result.path);
    const auto place = directory == nullptr ? decltype(directory->files.end()){} : directory->files.find(name);
    if (directory == nullptr || place == directory->files.end()) {
        return;
    }
    File& file = place->second;
    const bool expected = result.stamp.size == file.size && result.stamp.modified == file.modified;
    if (file.state == State::shared && result.content && expected) {  // its tree was wanted
        const auto& [urn, tree] = *result.content;
        const SharedFile known{name, result.path, file.size, file.modified, urn};
        around_.cache.remember(known, tree);
        around_.batch.add(known);  // what it is now, should that not be what was remembered
    }
    if (file.state != State::queued) {
        return;
    }
    release(result.path, file);
    if (result.content && expected) {
        const auto& [urn, tree] = *result.content;
        around_.cache.remember({name, result.path, file.size, file.modified, urn}, tree);  // before anybody asks for it
        share(result.path, name, file, urn);
    } else if (result.error == Error::file_unreadable && stamp_of(result.path)) {
        if (!file.counted_left_out) {
            around_.batch.trouble(Error::file_unreadable, result.path);
        }
        leave_out(file, State::unreadable);
    } else {  // it changed, or is gone: see what it is when it has settled
        file.state = State::settling;
        settling_.touch(result.path, now);
    }
}

void SharedFolder::hash_again(const std::string& path) {
    Directory* directory = find_directory(parent_path(path));
    const auto place =
        directory == nullptr ? decltype(directory->files.end()){} : directory->files.find(last_part(path));
    if (directory != nullptr && place != directory->files.end() && place->second.state == State::shared) {
        around_.queue.add(path, place->second.size);
    }
}

void SharedFolder::share(const std::string& path, const std::string& name, File& file, const Urn& urn) {
    file.state = State::shared;
    ++files_;
    bytes_ += file.size;
    changed_ = true;
    around_.batch.add({name, path, file.size, file.modified, urn});
}

void SharedFolder::leave_out(File& file, State why) {
    file.state = why;
    if (!file.counted_left_out) {
        file.counted_left_out = true;
        around_.batch.leave_out(1);
    }
}

void SharedFolder::release(const std::string& path, File& file) {
    settling_.forget(path);
    if (file.state == State::queued) {
        around_.queue.cancel(path, file.size);
        --queued_;
    } else if (file.state == State::shared) {
        around_.queue.cancel(path, file.size);  // its tree may have been wanted
        --files_;
        bytes_ -= file.size;
        changed_ = true;
        around_.batch.remove(path);
    }
    file.state = State::unknown;
}

void SharedFolder::forget_file(Directory& directory, const std::string& path, const std::string& name) {
    const auto place = directory.files.find(name);
    if (place != directory.files.end()) {
        release(path, place->second);
        directory.files.erase(place);
    }
}

}  // namespace gnutella::share
