#include "file_hashing.hpp"

#include <boost/asio/error.hpp>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

namespace gnutella {

namespace {

constexpr std::uint64_t max_piece = 1024 * 1024;

std::optional<std::size_t> read_some(const FileDescriptor& file, std::byte* buffer, std::size_t size) {
    ssize_t count = 0;
    do {
        count = ::read(file.get(), buffer, size);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(count));
}

}  // namespace

std::optional<FileHashing> FileHashing::begin(FileDescriptor file, error_code& error) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        error = Error::file_unreadable;
        return std::nullopt;
    }
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    error = {};
    return FileHashing(std::move(file), FileStamp::of(status));
}

FileHashing::FileHashing(FileDescriptor file, const FileStamp& stamp)
    : file_(std::move(file)),
      stamp_(stamp),
      // One byte more than the file has, so that its end is seen with the same read.
      buffer_size_(static_cast<std::size_t>(std::min(stamp.size + 1, max_piece))),
      buffer_(std::make_unique_for_overwrite<std::byte[]>(buffer_size_)) {}

std::optional<HashedContent> FileHashing::advance(error_code& error) {
    error = {};
    const auto count = read_some(file_, buffer_.get(), buffer_size_);
    if (!count) {
        error = Error::file_unreadable;
        return std::nullopt;
    }
    if (*count > left()) {  // it grows: nobody knows where it will end
        error = Error::file_changed;
        return std::nullopt;
    }
    hasher_.update({buffer_.get(), *count});
    done_ += *count;
    if (*count > 0 && left() > 0) {
        return std::nullopt;
    }
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) {
        error = Error::file_unreadable;
        return std::nullopt;
    }
    if (left() > 0 || FileStamp::of(status) != stamp_) {
        error = Error::file_changed;
        return std::nullopt;
    }
    return hasher_.finish_with_tree();
}

Urn hash_file(const std::filesystem::path& path, const std::stop_token& stop, error_code& error,
              const HashProgress& progress) {
    const Urn nothing{Sha1{}, TigerRoot{}};
    // O_NONBLOCK: a FIFO must not keep us waiting for its writer.
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) {
        error = Error::file_unreadable;
        return nothing;
    }
    auto hashing = FileHashing::begin(std::move(file), error);
    while (!error && !stop.stop_requested()) {
        const auto content = hashing->advance(error);
        if (!error && progress) {
            progress(hashing->done(), hashing->stamp().size);
        }
        if (content) {
            return content->urn;
        }
    }
    if (!error) {
        error = boost::asio::error::operation_aborted;
    }
    return nothing;
}

}  // namespace gnutella
