#pragma once

#include "file_descriptor.hpp"
#include "transfer/byte_range.hpp"
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
/// whole. Bytes are written to it in any order; it is as long as the last of them says, and has holes where none are.
/// What they are worth is for others to say. No two of the same content can be open in one folder, by whatever program.
///
/// All functions block on the disk. They may be called by several threads at once, for different bytes; `open`, `cut`,
/// `finish` and `close` by one alone.
class PartFile {
  public:
    /// Opens the part for that content in that folder, under whatever name it was begun, or makes it. The folder is
    /// made when it is not there.
    /// @param name the file's name, which must be plain (is_plain_file_name).
    /// @param error set to bad_file_name, download_active, disk_full or disk.
    /// @return nullopt when `error` is set.
    static std::optional<PartFile> open(const std::filesystem::path& folder, const std::string& name, const Urn& urn,
                                        error_code& error, FileWriter& writer = FileWriter::system());

    /// Removes the part for that content in that folder, if there is one that nobody has open.
    static void remove(const std::filesystem::path& folder, const Urn& urn);

    /// Bytes up to the last that was written.
    std::uint64_t length() const noexcept;

    /// Writes all of these bytes, and has the disk begin with the pieces of the file that end in them. @param error set
    /// to disk_full or disk; some of them may be there then.
    void write(std::span<const std::byte> bytes, std::uint64_t offset, error_code& error);

    /// Reads as many as there are. @return how many; fewer only at the end. @param error set to disk.
    std::size_t read(std::span<std::byte> bytes, std::uint64_t offset, error_code& error) const;

    /// The first bytes at or after `from` that were written, as far as the file system can tell; nullopt when there are
    /// none. A hole that it cannot tell reads as zeros.
    std::optional<ByteRange> written_after(std::uint64_t from) const;

    /// Throws away what is at and after `length`. @param error set to disk.
    void cut(std::uint64_t length, error_code& error);

    /// Brings all to the disk and gives the file its name. The part is as before after an error.
    /// @param error set to file_exists, disk_full or disk; to file_changed when somebody has removed or replaced the
    ///     part meanwhile.
    /// @return where the file is now.
    std::filesystem::path finish(DownloadRequest::WhenThere when_there, error_code& error);

    /// Closes it, so that another may go on with it. Nothing of nothing is kept: an empty part is removed.
    void close() noexcept;

    /// For those who read it while it grows; -1 when it is closed.
    int descriptor() const noexcept { return file_.get(); }

  private:
    PartFile(std::filesystem::path folder, FileDescriptor directory, std::string name, const Urn& urn,
             FileWriter& writer);

    void lock(error_code& error);
    bool still_named() const noexcept;
    void give_name(const std::string& name, error_code& error);

    std::filesystem::path folder_;
    FileDescriptor directory_;
    std::string name_;
    Urn urn_;
    FileWriter* writer_;
    std::string part_name_;
    FileDescriptor file_;
};

/// Whether it is a failure of the disk here, which no other source helps against.
inline bool is_disk_error(const error_code& error) {
    return error == Error::disk || error == Error::disk_full;
}

}  // namespace gnutella::transfer
