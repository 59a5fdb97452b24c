#pragma once

#include <gnutella/guid.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/urn.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace gnutella::store {

/// A download that outlives the process.
struct DownloadRecord {
    /// Names it in the store.
    Guid id;
    Urn urn{Sha1{}};
    std::filesystem::path folder;
    /// The name that the user gave; empty when the sources' is to be used.
    std::string name;
    /// DownloadRequest::WhenThere, as a number.
    std::int64_t when_there = 0;
    std::uint64_t size = 0;
    bool paused = false;
    /// transfer::BlockMap::to_bits of what was verified when it was last asked; a hint, never believed.
    std::vector<std::byte> blocks;
    /// The leaves of its tree, one after another; empty when it is not known yet.
    std::vector<TigerRoot> leaves;
    /// Its sources. Their names, sizes and Urns are the file's.
    std::vector<Hit> sources;
};

}  // namespace gnutella::store
