#pragma once

#include "overlay/library.hpp"
#include "share/folders.hpp"
#include "share/hash_cache.hpp"
#include "share/index.hpp"
#include "store/store.hpp"
#include "transfer/catalogue.hpp"

#include <gnutella/error.hpp>
#include <gnutella/settings.hpp>
#include <gnutella/shared_file.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

namespace gnutella::net {

/// Lets the hashing thread use the store, which is opened when the node starts and may be missing.
class StoredHashes final : public share::HashCache {
  public:
    void use(std::shared_ptr<store::Store> store);

    std::optional<Urn> find(const std::filesystem::path& path, std::uint64_t size, std::int64_t modified) override;
    void remember(const SharedFile& file, const HashTree& tree) override;
    void forget(const std::filesystem::path& path) override;

    /// The tree of a file that was hashed. May be called from any thread.
    std::optional<HashTree> find_tree(std::uint64_t size, const TigerRoot& root);

  private:
    std::shared_ptr<store::Store> current();

    std::mutex mutex_;
    std::shared_ptr<store::Store> store_;
};

/// What this node offers, as the router asks for it and as uploads do. The peer's strand owns it.
class SharedLibrary final : public overlay::Library, public transfer::Catalogue {
  public:
    SharedLibrary(boost::asio::any_io_executor strand, std::shared_ptr<StoredHashes> hashes)
        : strand_(std::move(strand)), hashes_(std::move(hashes)) {}

    share::Index& index() { return index_; }
    const share::Index& index() const { return index_; }

    // ---- overlay::Library ----
    void find(const wire::Query& query, std::size_t most, std::vector<Match>& matches) const override;
    void add_to(wire::QueryRouteTable& table) const override;
    std::uint64_t changes() const override { return index_.changes(); }
    std::uint64_t files() const override { return index_.files(); }
    std::uint64_t bytes() const override { return index_.bytes(); }

    // ---- transfer::Catalogue: called from uploads' own strands and from disk threads ----
    boost::asio::awaitable<std::optional<SharedFile>> find(std::variant<transfer::IndexedFile, Urn> file) override;
    boost::asio::awaitable<std::vector<transfer::ListedFile>> list(std::uint64_t after, std::size_t most) override;
    int open(const SharedFile& file, error_code& error) override;
    std::optional<HashTree> tree(const SharedFile& file) override;
    void want_tree(const SharedFile& file) override;

    /// Who computes trees. Called before anything else.
    void on_tree_wanted(std::function<void(const std::filesystem::path&)> compute) {
        compute_tree_ = std::move(compute);
    }

  private:
    boost::asio::awaitable<std::optional<SharedFile>> find_on_strand(std::variant<transfer::IndexedFile, Urn> file);
    boost::asio::awaitable<std::vector<transfer::ListedFile>> list_on_strand(std::uint64_t after, std::size_t most);

    boost::asio::any_io_executor strand_;
    std::shared_ptr<StoredHashes> hashes_;
    std::function<void(const std::filesystem::path&)> compute_tree_;
    share::Index index_;
    mutable std::vector<share::Index::FileId> found_;  // reused for each query
};

}  // namespace gnutella::net
