#include "block_layout.hpp"

#include <algorithm>

namespace gnutella {

namespace {

std::uint64_t blocks_of(std::uint64_t file_size, std::uint64_t block_size) noexcept {
    return file_size == 0 ? 1 : (file_size - 1) / block_size + 1;
}

std::uint64_t block_size_for(std::uint64_t file_size) noexcept {
    std::uint64_t size = BlockLayout::min_block_size;
    while (blocks_of(file_size, size) > BlockLayout::max_blocks) {
        size *= 2;
    }
    return size;
}

}  // namespace

BlockLayout::BlockLayout(std::uint64_t file_size) noexcept
    : file_size_(file_size), block_size_(block_size_for(file_size)) {}

std::optional<BlockLayout> BlockLayout::with_blocks(std::uint64_t file_size, std::size_t count) noexcept {
    std::optional<BlockLayout> layout = BlockLayout(file_size);
    while (layout && layout->count() > count) {
        layout = layout->coarser();
    }
    return layout && layout->count() == count ? layout : std::nullopt;
}

std::optional<BlockLayout> BlockLayout::coarser() const noexcept {
    const BlockLayout doubled(file_size_, block_size_ * 2);
    const bool is_of_use = doubled.block_size_ <= large_block_size || doubled.count() >= least_large_blocks;
    return count() > 1 && is_of_use ? std::optional(doubled) : std::nullopt;
}

std::size_t BlockLayout::count() const noexcept {
    return static_cast<std::size_t>(blocks_of(file_size_, block_size_));
}

std::uint64_t BlockLayout::length(std::size_t index) const noexcept {
    return std::min(block_size_, file_size_ - offset(index));
}

}  // namespace gnutella
