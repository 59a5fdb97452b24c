#include "hash_tree.hpp"

#include "rhash_context.hpp"

#include <rhash.h>

#include <algorithm>
#include <utility>

namespace gnutella {

namespace {

// What goes before two nodes, so that no file's content can pass for a pair of nodes (THEX draft 02, 2.3).
constexpr std::uint8_t inner_node = 1;

}  // namespace

std::vector<TigerRoot> parents_of(std::span<const TigerRoot> nodes) {
    std::vector<TigerRoot> parents;
    parents.reserve((nodes.size() + 1) / 2);
    const RhashContext context = new_rhash_context(RHASH_TIGER);
    for (; nodes.size() >= 2; nodes = nodes.subspan(2)) {
        rhash_update(context.get(), &inner_node, 1);
        rhash_update(context.get(), nodes[0].data(), nodes[0].size());
        rhash_update(context.get(), nodes[1].data(), nodes[1].size());
        finish_rhash(context.get(), RHASH_TIGER, parents.emplace_back().data());
    }
    parents.insert(parents.end(), nodes.begin(), nodes.end());
    return parents;
}

std::optional<HashTree> HashTree::from_leaves(std::uint64_t file_size, std::vector<TigerRoot> leaves) {
    const auto layout = BlockLayout::with_blocks(file_size, leaves.size());
    if (!layout) {
        return std::nullopt;
    }
    return HashTree(*layout, std::move(leaves));
}

std::optional<HashTree> HashTree::from_root(std::uint64_t file_size, const TigerRoot& root) {
    if (BlockLayout(file_size).count() > 1) {
        return std::nullopt;
    }
    return from_leaves(file_size, {root});
}

HashTree::HashTree(const BlockLayout& layout, std::vector<TigerRoot> leaves)
    : layout_(layout), leaves_(std::move(leaves)) {
    std::vector<TigerRoot> level = leaves_;
    while (level.size() > 1) {
        level = parents_of(level);
    }
    root_ = level.front();
}

bool HashTree::matches(std::size_t index, const TigerRoot& block) const noexcept {
    return index < leaves_.size() && leaves_[index] == block;
}

std::vector<std::vector<TigerRoot>> HashTree::levels() const {
    std::vector<std::vector<TigerRoot>> levels{leaves_};
    while (levels.back().size() > 1) {
        levels.push_back(parents_of(levels.back()));
    }
    std::ranges::reverse(levels);
    return levels;
}

}  // namespace gnutella
