#pragma once

#include "hash_tree.hpp"
#include "transfer/browse_listing.hpp"
#include "transfer/request_target.hpp"

#include <gnutella/error.hpp>
#include <gnutella/shared_file.hpp>
#include <gnutella/urn.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace gnutella::transfer {

/// What this node offers, as the server sees it.
class Catalogue {
  public:
    virtual ~Catalogue() = default;

    /// The shared file of that content, or of that number and name, if there is one. Called on any connection's strand,
    /// by several at once.
    virtual boost::asio::awaitable<std::optional<SharedFile>> find(std::variant<IndexedFile, Urn> file) = 0;

    /// The files whose ids follow `after`, in their order, at most `most`; none are left when there are fewer. Called
    /// as `find` is.
    virtual boost::asio::awaitable<std::vector<ListedFile>> list(std::uint64_t after, std::size_t most) = 0;

    /// Opens a file that `find` gave, for reading. Blocks: called on a disk thread, by several at once.
    /// @param error set when the file is gone, has changed since it was hashed, or may not be served any more.
    /// @return a descriptor that the caller closes; meaningless when `error` is set.
    virtual int open(const SharedFile& file, error_code& error) = 0;

    /// The tree of a file that `find` gave; nullopt when it is not known (yet). Blocks: called on a disk thread, by
    /// several at once.
    virtual std::optional<HashTree> tree(const SharedFile& file) = 0;

    /// Somebody wants the tree of a file, which `tree` did not know. Does not block. Called on any connection's strand,
    /// by several at once.
    virtual void want_tree(const SharedFile& file) = 0;
};

}  // namespace gnutella::transfer
