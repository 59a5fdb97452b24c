#pragma once

#include "content_hasher.hpp"
#include "file_descriptor.hpp"
#include "file_stamp.hpp"

#include <gnutella/error.hpp>
#include <gnutella/file_hash.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>

namespace gnutella {

/// The hashing of one file, a piece at a time, so that whoever hashes a huge one can do other things in between.
class FileHashing {
  public:
    /// @param file open for reading, at its beginning.
    /// @param error set to Error::file_unreadable when it is no regular file.
    static std::optional<FileHashing> begin(FileDescriptor file, error_code& error);

    /// Reads and hashes the next piece, of at most 1 MiB.
    /// @param error set to Error::file_unreadable, or to Error::file_changed when the file is not what it was at the
    ///     beginning.
    /// @return the file's hashes and tree at its end; nullopt before, or with `error`.
    std::optional<HashedContent> advance(error_code& error);

    /// The file as it was at the beginning; as it still is when `advance` has given its hashes.
    const FileStamp& stamp() const noexcept { return stamp_; }
    /// How much was read.
    std::uint64_t done() const noexcept { return done_; }
    /// How much there is still to read.
    std::uint64_t left() const noexcept { return stamp_.size - done_; }

  private:
    FileHashing(FileDescriptor file, const FileStamp& stamp);

    FileDescriptor file_;
    FileStamp stamp_;
    std::uint64_t done_ = 0;
    std::size_t buffer_size_;
    std::unique_ptr<std::byte[]> buffer_;
    ContentHasher hasher_;
};

/// hash_file, given up when `stop` is requested: `error` is then boost::asio::error::operation_aborted.
/// @param progress may be empty.
Urn hash_file(const std::filesystem::path& path, const std::stop_token& stop, error_code& error,
              const HashProgress& progress = {});

}  // namespace gnutella
