#include "block_tree_hasher.hpp"

#include <algorithm>
#include <utility>

namespace gnutella {

void BlockTreeHasher::update(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        if (in_block_ == block_size_) {
            end_block();
        }
        const auto here = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), block_size_ - in_block_));
        block_.update(bytes.first(here));
        in_block_ += here;
        size_ += here;
        bytes = bytes.subspan(here);
    }
}

HashTree BlockTreeHasher::finish() {
    leaves_.push_back(block_.finish());  // the last block, which an empty file has too
    auto tree = HashTree::from_leaves(size_, std::exchange(leaves_, {}));
    block_size_ = BlockLayout::min_block_size;
    in_block_ = 0;
    size_ = 0;
    return std::move(tree).value();
}

// Called when there is a byte of the next block, which so comes on top of the leaves that there are.
void BlockTreeHasher::end_block() {
    leaves_.push_back(block_.finish());
    in_block_ = 0;
    if (leaves_.size() == BlockLayout::max_blocks) {
        leaves_ = parents_of(leaves_);
        block_size_ *= 2;
    }
}

}  // namespace gnutella
