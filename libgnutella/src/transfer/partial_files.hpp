#pragma once

#include "hash_tree.hpp"
#include "transfer/byte_range.hpp"

#include <gnutella/error.hpp>
#include <gnutella/urn.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gnutella::transfer {

/// A file that is still on its way here, as far as it is verified.
struct PartialFile {
    /// The name that it will have.
    std::string name;
    std::uint64_t size = 0;
    /// With all hashes that are known.
    Urn urn{Sha1{}};
    /// What may be served: not empty ones, ascending and apart.
    std::vector<ByteRange> verified;
    /// Of this very part: another download of the same file has another, and so has one that was begun anew.
    std::uint64_t serial = 0;
};

/// The files that this node downloads, as the server sees them: what of them is verified is shared already. All
/// functions are called on any thread, by several at once.
class PartialFiles {
  public:
    virtual ~PartialFiles() = default;

    /// The file of that content that is being downloaded, if there is one. Does not block.
    virtual std::optional<PartialFile> find(const Urn& urn) = 0;

    /// Opens a file that `find` gave, for reading. What is verified stays where it is; the rest may be written
    /// meanwhile. Blocks: called on a disk thread.
    /// @param error set when there is nothing to read any more.
    /// @return a descriptor that the caller closes; meaningless when `error` is set.
    virtual int open(const PartialFile& file, error_code& error) = 0;

    /// The tree by which a file that `find` gave is verified, if it is known. Blocks: called on a disk thread.
    virtual std::optional<HashTree> tree(const PartialFile& file) = 0;
};

}  // namespace gnutella::transfer
