#pragma once

#include "content_hasher.hpp"
#include "file_descriptor.hpp"
#include "transfer/file_writer.hpp"

#include <gnutella/download.hpp>
#include <gnutella/error.hpp>
#include <gnutella/urn.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace gnutella::transfer {

/// A file on its way: it lives under a hidden name in the folder it is meant for, and gets its own name when it is
/// whole and its hash is right. No two of the same content can be open in one folder, by whatever program. What is
/// there when it is opened is what an interrupted download left; it must be hashed (`hash_existing`) before more is
/// appended.
///
/// All functions block on the disk. One thread at a time.
class PartFile {
  public:
    /// Opens the part for that content in that folder, under whatever name it was begun, or makes it. The folder is
    /// made when it is not there.
    /// @param name the file's name, which must be plain (is_plain_file_name).
    /// @param error set to bad_file_name, download_active, disk_full or disk.
    /// @return nullopt when `error` is set.
    static std::optional<PartFile> open(const std::filesystem::path& folder, const std::string& name, const Urn& urn,
                                        error_code& error, FileWriter& writer = FileWriter::system());

    /// Bytes that are there.
    std::uint64_t length() const noexcept { return length_; }

    /// Bytes of these that are not hashed yet.
    std::uint64_t unhashed() const noexcept { return length_ - hashed_; }

    /// Hashes some of what was there when it was opened: about `most` bytes, so that a long file can be done in turns.
    void hash_existing(std::uint64_t most, error_code& error);

    /// Appends. Everything before must be hashed. @param error set to disk_full or disk; the part is as before then.
    void append(std::span<const std::byte> bytes, error_code& error);

    /// Throws away what is there. @param error set to disk.
    void clear(error_code& error);

    /// Checks the hash, brings all to the disk and gives the file its name. The part is empty after hash_mismatch, and
    /// as before after any other error. @param error set to hash_mismatch, file_exists, disk_full or disk.
    /// @return where the file is now.
    std::filesystem::path finish(DownloadRequest::WhenThere when_there, error_code& error);

    /// Closes it, so that another may go on with it. Nothing of nothing is kept: an empty part is removed.
    void close() noexcept;

    /// What the finished file is, by its content: set by `finish`.
    const std::optional<Urn>& content() const noexcept { return content_; }

  private:
    PartFile(std::filesystem::path folder, FileDescriptor directory, std::string name, const Urn& urn,
             FileWriter& writer);

    void lock(error_code& error);
    std::string existing_part() const;
    bool still_named() const noexcept;
    void write_all(std::span<const std::byte> bytes, error_code& error);
    void give_name(const std::string& name, error_code& error);

    std::filesystem::path folder_;
    FileDescriptor directory_;
    std::string name_;
    Urn urn_;
    FileWriter* writer_;
    std::string part_name_;
    FileDescriptor file_;
    std::uint64_t length_ = 0;
    std::uint64_t hashed_ = 0;
    ContentHasher hasher_;
    std::optional<Urn> content_;
};

}  // namespace gnutella::transfer
