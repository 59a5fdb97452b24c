#include "net/served_file.hpp"

#include "file_stamp.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace gnutella::net {

ServedFile ServedFile::adopt(int descriptor, std::uint64_t expected_size, error_code& error) {
    error = {};
    ServedFile file;
    file.descriptor_ = FileDescriptor(descriptor);
    const auto stamp = file.read_stamp();
    if (!stamp || stamp->size != expected_size) {
        error = stamp ? Error::file_changed : Error::file_unreadable;
        return {};
    }
    file.stamp_ = *stamp;
    ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    return file;
}

ServedFile ServedFile::adopt_unfinished(int descriptor, error_code& error) {
    ServedFile file;
    file.descriptor_ = FileDescriptor(descriptor);
    error = file.read_stamp() ? error_code{} : error_code(Error::file_unreadable);
    return file;
}

bool ServedFile::has_changed() const noexcept {
    return stamp_ && read_stamp() != stamp_;
}

std::optional<ServedFile::Stamp> ServedFile::read_stamp() const noexcept {
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) != 0) {
        return std::nullopt;
    }
    const auto stamp = FileStamp::of(status);
    return Stamp{stamp.size, stamp.modified};
}

}  // namespace gnutella::net
