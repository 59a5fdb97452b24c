#pragma once

#include "hash_tree.hpp"

#include <gnutella/shared_file.hpp>
#include <gnutella/urn.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace gnutella::share {

/// Remembers what files were hashed to, with their trees, so that a file is read once and not at every start. Called
/// from the thread of Folders. What it cannot do it leaves: a hash that is not remembered is computed again.
class HashCache {
  public:
    virtual ~HashCache() = default;

    /// @param modified the modification time in nanoseconds since 1970.
    virtual std::optional<Urn> find(const std::filesystem::path& path, std::uint64_t size, std::int64_t modified) = 0;
    virtual void remember(const SharedFile& file, const HashTree& tree) = 0;
    /// The file is not there any more.
    virtual void forget(const std::filesystem::path& path) = 0;
};

}  // namespace gnutella::share
