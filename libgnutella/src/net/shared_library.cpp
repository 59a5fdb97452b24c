#include "net/shared_library.hpp"

#include "share/open_shared.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;

void StoredHashes::use(std::shared_ptr<store::Store> store) {
    const std::lock_guard lock(mutex_);
    store_ = std::move(store);
}

std::shared_ptr<store::Store> StoredHashes::current() {
    const std::lock_guard lock(mutex_);
    return store_;
}

std::optional<Urn> StoredHashes::find(const std::filesystem::path& path, std::uint64_t size, std::int64_t modified) {
    const auto store = current();
    return store ? store->find(path, size, modified) : std::nullopt;
}

void StoredHashes::remember(const SharedFile& file, const HashTree& tree) {
    if (const auto store = current()) {
        store->remember(file);
        store->remember_tree(tree);
    }
}

std::optional<HashTree> StoredHashes::find_tree(std::uint64_t size, const TigerRoot& root) {
    const auto store = current();
    return store ? store->find_tree(size, root) : HashTree::from_root(size, root);
}

void StoredHashes::forget(const std::filesystem::path& path) {
    if (const auto store = current()) {
        store->forget(path);
    }
}

void SharedLibrary::find(const wire::Query& query, std::size_t most, std::vector<Match>& matches) const {
    found_.clear();
    if (query.urn) {
        index_.find_urn(*query.urn, most, found_);
    } else if (query.routed) {
        index_.find(query.text, most, found_);
    } else {
        index_.find_exact(query.text, most, found_);
    }
    for (const auto id : found_) {
        const SharedFile& file = *index_.file(id);
        matches.push_back({id, file.name, file.size, file.urn});
    }
}

void SharedLibrary::add_to(wire::QueryRouteTable& table) const {
    index_.visit_words([&table](std::string_view word) { table.add(word); });
    index_.visit_files([&table](const SharedFile& file) { table.add(file.urn); });
}

asio::awaitable<std::optional<SharedFile>> SharedLibrary::find(std::variant<transfer::IndexedFile, Urn> file) {
    auto there = find_on_strand(std::move(file));
    co_return co_await asio::co_spawn(strand_, std::move(there), asio::use_awaitable);
}

asio::awaitable<std::optional<SharedFile>> SharedLibrary::find_on_strand(
    std::variant<transfer::IndexedFile, Urn> file) {
    const SharedFile* shared = nullptr;
    if (const auto* indexed = std::get_if<transfer::IndexedFile>(&file)) {
        shared = index_.find_indexed(indexed->index, indexed->name);
    } else {
        std::vector<share::Index::FileId> found;
        index_.find_urn(std::get<Urn>(file), 1, found);
        shared = found.empty() ? nullptr : index_.file(found.front());
    }
    co_return shared == nullptr ? std::nullopt : std::optional(*shared);
}

asio::awaitable<std::vector<transfer::ListedFile>> SharedLibrary::list(std::uint64_t after, std::size_t most) {
    auto there = list_on_strand(after, most);
    co_return co_await asio::co_spawn(strand_, std::move(there), asio::use_awaitable);
}

asio::awaitable<std::vector<transfer::ListedFile>> SharedLibrary::list_on_strand(std::uint64_t after,
                                                                                 std::size_t most) {
    std::vector<share::Index::FileId> found;
    index_.list(after, most, found);
    std::vector<transfer::ListedFile> files;
    files.reserve(found.size());
    for (const auto id : found) {
        const SharedFile& file = *index_.file(id);
        files.push_back({id, file.name, file.size, file.urn});
    }
    co_return files;
}

std::optional<HashTree> SharedLibrary::tree(const SharedFile& file) {
    return file.urn.tiger() ? hashes_->find_tree(file.size, *file.urn.tiger()) : std::nullopt;
}

void SharedLibrary::want_tree(const SharedFile& file) {
    if (compute_tree_) {
        compute_tree_(file.path);
    }
}

int SharedLibrary::open(const SharedFile& file, error_code& error) {
    return share::open_shared(file, error);
}

}  // namespace gnutella::net
