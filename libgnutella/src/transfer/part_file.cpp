#include "transfer/part_file.hpp"

#include "transfer/file_name.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace gnutella::transfer {

namespace {

// A folder with so many files of one name is somebody's loop.
constexpr unsigned max_numbered_names = 9'999;
// A piece of the file begins to go to the disk as soon as its end is written, when most of it is there. Left to itself
// the system may keep a gibibyte of a fast download in memory, for which finish() would wait at the end.
constexpr std::uint64_t piece_written_back = 8 * 1024 * 1024;

// Begins to bring to the disk the pieces that end in these bytes.
void begin_to_write_back(int descriptor, std::uint64_t first, std::uint64_t end) {
    const std::uint64_t from = first / piece_written_back * piece_written_back;
    const std::uint64_t until = end / piece_written_back * piece_written_back;
    if (from < until) {
        // Where it cannot be done, finish() does all of it.
        [[maybe_unused]] const int begun = ::sync_file_range(descriptor, static_cast<off64_t>(from),
                                                             static_cast<off64_t>(until - from), SYNC_FILE_RANGE_WRITE);
    }
}

class SystemFileWriter final : public FileWriter {
  public:
    ssize_t write(int descriptor, std::span<const std::byte> bytes, std::uint64_t offset) override {
        return ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    }
    int sync(int descriptor) override { return ::fsync(descriptor); }
};

// What errno means to who downloads.
error_code disk_error(int number) {
    return number == ENOSPC || number == EDQUOT ? Error::disk_full : Error::disk;
}

std::string existing_part(const std::filesystem::path& folder, const Urn& urn) {
    const std::string suffix = part_file_suffix(urn);
    std::error_code ignored;  // a folder that can be written and not listed is a folder all the same
    for (std::filesystem::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
         entry.increment(ignored)) {
        std::string entry_name = entry->path().filename();
        if (entry_name.starts_with('.') && entry_name.ends_with(suffix)) {
            return entry_name;
        }
    }
    return {};
}

// rename(2) without ever replacing a file. Sets errno.
bool rename_to_new(int directory, const char* from, const char* to) {
    if (::renameat2(directory, from, directory, to, RENAME_NOREPLACE) == 0) {
        return true;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return false;
    }
    // The file system cannot (NFS, some FUSE): a link is as exclusive.
    return ::linkat(directory, from, directory, to, 0) == 0 && ::unlinkat(directory, from, 0) == 0;
}

}  // namespace

FileWriter& FileWriter::system() noexcept {
    static SystemFileWriter writer;
    return writer;
}

PartFile::PartFile(std::filesystem::path folder, FileDescriptor directory, std::string name, const Urn& urn,
                   FileWriter& writer)
    : folder_(std::move(folder)),
      directory_(std::move(directory)),
      name_(std::move(name)),
      urn_(urn),
      writer_(&writer) {}

std::optional<PartFile> PartFile::open(const std::filesystem::path& folder, const std::string& name, const Urn& urn,
                                       error_code& error, FileWriter& writer) {
    error = {};
    if (!is_plain_file_name(name)) {
        error = Error::bad_file_name;
        return std::nullopt;
    }
    std::error_code made;
    std::filesystem::create_directories(folder, made);
    FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) {
        error = disk_error(made ? made.value() : errno);
        return std::nullopt;
    }
    PartFile part(folder, std::move(directory), name, urn, writer);
    part.lock(error);
    return error ? std::nullopt : std::optional(std::move(part));
}

void PartFile::remove(const std::filesystem::path& folder, const Urn& urn) {
    error_code error;
    if (existing_part(folder, urn).empty()) {
        return;
    }
    auto part = open(folder, "removed", urn, error);
    if (part) {
        part->cut(0, error);
        part->close();
    }
}

void PartFile::lock(error_code& error) {
    do {
        part_name_ = existing_part(folder_, urn_);
        if (part_name_.empty()) {
            part_name_ = part_file_name(name_, urn_);
        }
        // What the umask lets others read of the file when it is whole, they may read of its beginning. O_NOFOLLOW:
        // who can put a link there does not choose what is overwritten. O_NONBLOCK: nor makes us wait at a pipe.
        file_ = FileDescriptor(::openat(directory_.get(), part_name_.c_str(),
                                        O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
        if (!file_) {
            error = disk_error(errno);
            return;
        }
        if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
            error = errno == EWOULDBLOCK ? error_code(Error::download_active) : disk_error(errno);
            return;
        }
        // Between our open and our lock the one before us may have finished, and what we hold be the finished file.
    } while (!still_named());
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        error = Error::disk;
    }
}

bool PartFile::still_named() const noexcept {
    struct stat open_one {};
    struct stat named_one {};
    return ::fstat(file_.get(), &open_one) == 0 &&
           ::fstatat(directory_.get(), part_name_.c_str(), &named_one, AT_SYMLINK_NOFOLLOW) == 0 &&
           open_one.st_ino == named_one.st_ino && open_one.st_dev == named_one.st_dev;
}

std::uint64_t PartFile::length() const noexcept {
    struct stat status {};
    return ::fstat(file_.get(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

void PartFile::write(std::span<const std::byte> bytes, std::uint64_t offset, error_code& error) {
    error = {};
    const std::uint64_t first = offset;
    while (!bytes.empty()) {
        const ssize_t written = writer_->write(file_.get(), bytes, offset);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            error = written < 0 ? disk_error(errno) : error_code(Error::disk);
            return;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
    begin_to_write_back(file_.get(), first, offset);
}

std::size_t PartFile::read(std::span<std::byte> bytes, std::uint64_t offset, error_code& error) const {
    error = {};
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got =
            ::pread(file_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            error = Error::disk;
        }
        if (got <= 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return done;
}

std::optional<ByteRange> PartFile::written_after(std::uint64_t from) const {
    const std::uint64_t end = length();
    if (from >= end) {
        return std::nullopt;
    }
    const off_t first = ::lseek(file_.get(), static_cast<off_t>(from), SEEK_DATA);
    if (first < 0) {
        // ENXIO: nothing but a hole follows. Else the file system knows no holes.
        return errno == ENXIO ? std::nullopt : std::optional(ByteRange{from, end - from});
    }
    const off_t hole = ::lseek(file_.get(), first, SEEK_HOLE);
    const std::uint64_t until = hole < 0 ? end : static_cast<std::uint64_t>(hole);
    return ByteRange{static_cast<std::uint64_t>(first), until - static_cast<std::uint64_t>(first)};
}

void PartFile::cut(std::uint64_t length, error_code& error) {
    error = ::ftruncate(file_.get(), static_cast<off_t>(length)) == 0 ? error_code{} : disk_error(errno);
}

void PartFile::close() noexcept {
    if (file_ && length() == 0 && still_named()) {
        ::unlinkat(directory_.get(), part_name_.c_str(), 0);
    }
    file_ = {};
}

std::filesystem::path PartFile::finish(DownloadRequest::WhenThere when_there, error_code& error) {
    error = {};
    if (!still_named()) {
        error = Error::file_changed;
        return {};
    }
    // The content before the name: a file that has its name is whole, also after a power failure.
    if (writer_->sync(file_.get()) != 0) {
        error = disk_error(errno);
        return {};
    }
    std::string name = name_;
    give_name(name, error);
    for (unsigned number = 1; error == Error::file_exists && when_there == DownloadRequest::WhenThere::choose_another &&
                              number <= max_numbered_names;
         ++number) {
        name = numbered_name(name_, number);
        give_name(name, error);
    }
    return error ? std::filesystem::path{} : folder_ / name;
}

void PartFile::give_name(const std::string& name, error_code& error) {
    error = {};
    if (!rename_to_new(directory_.get(), part_name_.c_str(), name.c_str())) {
        error = errno == EEXIST ? error_code(Error::file_exists) : disk_error(errno);
        return;
    }
    file_ = {};
    // The file is whole and has its name; that some file systems cannot sync a folder does not undo it.
    [[maybe_unused]] const int synced = ::fsync(directory_.get());
}

}  // namespace gnutella::transfer
