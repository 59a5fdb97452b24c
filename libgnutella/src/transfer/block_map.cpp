#include "transfer/block_map.hpp"

#include <algorithm>
#include <utility>

namespace gnutella::transfer {

namespace {

constexpr std::size_t bits_in_byte = 8;

std::size_t bytes_for(std::size_t bits) noexcept {
    return (bits + bits_in_byte - 1) / bits_in_byte;
}

bool is_set(std::span<const std::byte> bits, std::size_t index) noexcept {
    return (bits[index / bits_in_byte] >> (index % bits_in_byte) & std::byte{1}) != std::byte{0};
}

}  // namespace

BlockMap::BlockMap(const BlockLayout& layout)
    : layout_(layout), states_(layout.count(), BlockState::missing), missing_(states_.size()) {}

void BlockMap::set(std::size_t block, BlockState state) noexcept {
    const BlockState before = std::exchange(states_[block], state);
    missing_ -= before == BlockState::missing ? 1 : 0;
    missing_ += state == BlockState::missing ? 1 : 0;
    if (before == BlockState::verified) {
        --verified_;
        verified_bytes_ -= layout_.length(block);
        prefix_ = std::min(prefix_, block);
    }
    if (state == BlockState::verified) {
        ++verified_;
        verified_bytes_ += layout_.length(block);
    }
}

std::uint64_t BlockMap::bytes_in(const BlockRange& range) const noexcept {
    if (range.first >= range.end) {
        return 0;
    }
    const std::size_t last = range.end - 1;
    return layout_.offset(last) + layout_.length(last) - layout_.offset(range.first);
}

std::optional<BlockRange> BlockMap::missing_run(std::size_t from, std::size_t end) const noexcept {
    const auto at = [this](std::size_t block) { return states_.begin() + static_cast<std::ptrdiff_t>(block); };
    const auto limit = at(std::min(end, count()));
    if (missing_ == 0 || from >= std::min(end, count())) {
        return std::nullopt;
    }
    const auto first = std::find(at(from), limit, BlockState::missing);
    if (first == limit) {
        return std::nullopt;
    }
    const auto last = std::find_if(first, limit, [](BlockState state) { return state != BlockState::missing; });
    return BlockRange{static_cast<std::size_t>(first - states_.begin()),
                      static_cast<std::size_t>(last - states_.begin())};
}

std::uint64_t BlockMap::verified_prefix() const noexcept {
    while (prefix_ < count() && states_[prefix_] == BlockState::verified) {
        ++prefix_;
    }
    return bytes_in({0, prefix_});
}

std::vector<ByteRange> BlockMap::verified_ranges() const {
    std::vector<ByteRange> ranges;
    for (std::size_t block = 0; block < count(); ++block) {
        if (states_[block] != BlockState::verified) {
            continue;
        }
        const std::uint64_t first = layout_.offset(block);
        if (ranges.empty() || ranges.back().first + ranges.back().length != first) {
            ranges.push_back({first, 0});
        }
        ranges.back().length += layout_.length(block);
    }
    return ranges;
}

std::vector<std::byte> BlockMap::to_bits() const {
    std::vector<std::byte> bits(bytes_for(count()));
    for (std::size_t block = 0; block < count(); ++block) {
        if (states_[block] == BlockState::verified) {
            bits[block / bits_in_byte] |= std::byte{1} << (block % bits_in_byte);
        }
    }
    return bits;
}

std::uint64_t BlockMap::bytes_of_bits(const BlockLayout& layout, std::span<const std::byte> bits) noexcept {
    std::uint64_t bytes = 0;
    if (bits.size() != bytes_for(layout.count())) {
        return 0;
    }
    for (std::size_t block = 0; block < layout.count(); ++block) {
        bytes += is_set(bits, block) ? layout.length(block) : 0;
    }
    return bytes;
}

}  // namespace gnutella::transfer
