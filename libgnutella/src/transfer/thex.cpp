#include "transfer/thex.hpp"

#include "ascii.hpp"

#include "transfer/dime.hpp"
#include "transfer/thex_description.hpp"

#include <gnutella/guid.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace gnutella::transfer {

namespace {

constexpr std::string_view description_type = "text/xml";
// Two are sent; a few more may be somebody's extension.
constexpr std::size_t max_records = 8;
constexpr std::size_t node_size = sizeof(TigerRoot);
constexpr std::uint64_t segment_size = 1024;

// Names the record with the tree, the same for the same tree.
std::string uri_of(const TigerRoot& root) {
    Guid guid;
    std::copy_n(root.begin(), guid.bytes.size(), guid.bytes.begin());
    return "uuid:" + guid.to_string();
}

bool has_type(const DimeRecord& record, std::string_view type) {
    return ascii::same(record.type, type);
}

// Some servents write another id into the description than at the tree: that of the right type is it then.
const DimeRecord* find_tree(std::span<const DimeRecord> records, std::string_view uri) {
    const DimeRecord* found = nullptr;
    for (const DimeRecord& record : records) {
        if (has_type(record, breadth_first_tree) && (found == nullptr || (record.id == uri && found->id != uri))) {
            found = &record;
        }
    }
    return found;
}

bool is_of_another_file(const ThexDescription& description, std::uint64_t file_size) {
    return description.size.value_or(file_size) != file_size ||
           description.segment_size.value_or(segment_size) != segment_size;
}

// The nodes that come before a level of so many, breadth first.
std::size_t nodes_above(std::size_t level) {
    std::size_t count = 0;
    while (level > 1) {
        level = (level + 1) / 2;
        count += level;
    }
    return count;
}

// The level of the smallest blocks, or the last of those above it that is there; none when these are of no use.
std::vector<TigerRoot> deepest_level(std::string_view nodes, std::uint64_t file_size) {
    for (std::optional<BlockLayout> layout = BlockLayout(file_size); layout; layout = layout->coarser()) {
        const std::size_t offset = nodes_above(layout->count()) * node_size;
        const std::size_t length = layout->count() * node_size;
        if (nodes.size() >= offset + length) {
            std::vector<TigerRoot> level(layout->count());
            std::memcpy(level.data(), nodes.data() + offset, length);
            return level;
        }
    }
    return {};
}

}  // namespace

std::string write_thex(const HashTree& tree) {
    const auto levels = tree.levels();
    const std::string uri = uri_of(tree.root());
    std::string nodes;
    for (const auto& level : levels) {
        nodes.append(reinterpret_cast<const char*>(level.data()), level.size() * node_size);
    }
    const std::array records{
        DimeRecord{DimeTypeFormat::media_type,
                   std::string(description_type),
                   {},
                   write_thex_description(tree.size(), levels.size() - 1, uri)},
        DimeRecord{DimeTypeFormat::uri, std::string(breadth_first_tree), uri, std::move(nodes)},
    };
    return write_dime(records);
}

std::variant<HashTree, ThexFault> read_thex(std::span<const std::byte> message, std::uint64_t file_size,
                                            const TigerRoot& root) {
    const auto records = read_dime(message, max_records);
    if (!records) {
        return ThexFault::malformed;
    }
    ThexDescription description;
    for (const DimeRecord& record : *records) {
        if (has_type(record, description_type)) {
            description = read_thex_description(record.data);
            break;
        }
    }
    const DimeRecord* const nodes = find_tree(*records, description.uri);
    if (nodes == nullptr || nodes->data.size() < node_size) {
        return ThexFault::malformed;
    }
    if (is_of_another_file(description, file_size)) {
        return ThexFault::other_file;
    }
    auto leaves = deepest_level(nodes->data, file_size);
    if (leaves.empty()) {
        return std::memcmp(nodes->data.data(), root.data(), node_size) == 0 ? ThexFault::too_shallow
                                                                            : ThexFault::wrong_root;
    }
    auto tree = HashTree::from_leaves(file_size, std::move(leaves));
    if (!tree || tree->root() != root) {
        return ThexFault::wrong_root;
    }
    return std::move(*tree);
}

std::uint64_t max_thex_size(std::uint64_t file_size) noexcept {
    constexpr std::uint64_t deeper = 4;
    constexpr std::uint64_t around_the_tree = 64 * 1024;
    return around_the_tree + BlockLayout(file_size).count() * 2 * deeper * node_size;
}

}  // namespace gnutella::transfer
