#include "wire/json_scanner.hpp"

#include "wire/json_block.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace gnutella::wire {

namespace {

// The block at the front of what is left, filled up with bytes that mean nothing.
JsonBlock block_at(const char* bytes, std::size_t left) noexcept {
    if (left >= JsonBlock::size) {
        return JsonBlock::of(bytes);
    }
    std::array<char, JsonBlock::size> filled{};
    std::memcpy(filled.data(), bytes, left);
    return JsonBlock::of(filled.data());
}

// Bit i of the result says whether an odd number of quotes stands up to and at i: whether i is in a string, then.
std::uint64_t odd_so_far(std::uint64_t quotes) noexcept {
    for (unsigned distance = 1; distance < JsonBlock::size; distance *= 2) {
        quotes ^= quotes << distance;
    }
    return quotes;
}

}  // namespace

JsonScanner::Found JsonScanner::scan(std::string_view bytes) noexcept {
    if (bytes.empty()) {
        return Found::incomplete;
    }
    if (bytes.front() != '{') {
        return Found::no_object;
    }
    const std::size_t end = std::min(bytes.size(), max_size_);
    while (scanned_ < end) {
        const std::size_t size = std::min(end - scanned_, JsonBlock::size);
        JsonBlock block = block_at(bytes.data() + scanned_, size);
        drop_escaped(block, size);
        const std::uint64_t in_string = odd_so_far(block.quotes) ^ (in_string_ ? ~std::uint64_t{0} : 0);
        in_string_ ^= (std::popcount(block.quotes) & 1) != 0;
        for (std::uint64_t brackets = (block.opening | block.closing) & ~in_string; brackets != 0;
             brackets &= brackets - 1) {
            const std::uint64_t bracket = brackets & (~brackets + 1);
            if ((block.opening & bracket) != 0) {
                if (++depth_ > max_depth_) {
                    return Found::too_deep;
                }
            } else if (--depth_ == 0) {
                scanned_ += static_cast<std::size_t>(std::countr_zero(bracket)) + 1;
                return Found::end;
            }
        }
        scanned_ += size;
    }
    return scanned_ >= max_size_ ? Found::too_large : Found::incomplete;
}

void JsonScanner::drop_escaped(JsonBlock& block, std::size_t size) noexcept {
    if (escaped_) {
        block.quotes &= ~std::uint64_t{1};
        block.backslashes &= ~std::uint64_t{1};
        escaped_ = false;
    }
    while (block.backslashes != 0) {
        const auto place = static_cast<std::size_t>(std::countr_zero(block.backslashes));
        const std::uint64_t backslash = std::uint64_t{1} << place;
        block.quotes &= ~(backslash << 1);
        block.backslashes &= ~(backslash | backslash << 1);
        escaped_ = place + 1 == size;
    }
}

void JsonScanner::reset() noexcept {
    scanned_ = 0;
    depth_ = 0;
    in_string_ = false;
    escaped_ = false;
}

}  // namespace gnutella::wire
