#pragma once

#include "hash_tree.hpp"
#include "transfer/byte_range.hpp"
#include "transfer/partial_files.hpp"

#include <gnutella/error.hpp>
#include <gnutella/urn.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace gnutella::net {

/// The files on their way here, for those who serve what of them is verified. Any thread may call any function.
class PartRegistry final : public transfer::PartialFiles {
  public:
    struct Part {
        /// The name that the file will have.
        std::string name;
        std::uint64_t size = 0;
        Urn urn{Sha1{}};
        /// Not empty ones, ascending and apart.
        std::vector<transfer::ByteRange> verified;
        /// Of the part; it is the download's.
        int descriptor = -1;
        std::shared_ptr<const HashTree> tree;
    };

    /// Tells of a part, in place of what was told of that download before.
    void publish(std::uint64_t download, Part part);
    /// The descriptor is about to be closed.
    void withdraw(std::uint64_t download);
    /// Whether anything of the file can be served.
    bool serves(const Urn& urn) const;

    // ---- transfer::PartialFiles ----

    std::optional<transfer::PartialFile> find(const Urn& urn) override;
    /// Apart from the download's own descriptor and its lock: it can be read on when the download has ended.
    /// @param error set to file_unreadable when the part is not there any more.
    int open(const transfer::PartialFile& file, error_code& error) override;
    std::optional<HashTree> tree(const transfer::PartialFile& file) override;

  private:
    struct Known {
        Part part;
        std::uint64_t serial = 0;
    };

    const Known* find_locked(const Urn& urn) const;
    const Part* find_again_locked(const transfer::PartialFile& file) const;

    mutable std::mutex mutex_;
    std::map<std::uint64_t, Known> parts_;  // by download
    std::uint64_t last_serial_ = 0;
};

}  // namespace gnutella::net
