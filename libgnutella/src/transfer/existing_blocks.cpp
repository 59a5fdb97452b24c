#include "transfer/existing_blocks.hpp"

#include <algorithm>
#include <span>

namespace gnutella::transfer {

namespace {

constexpr std::size_t read_size = 256 * 1024;

}  // namespace

std::vector<std::size_t> ExistingBlocks::check(std::uint64_t most, error_code& error) {
    error = {};
    const BlockLayout& layout = tree_.layout();
    std::vector<std::size_t> right;
    for (std::uint64_t read = 0; read < most && !is_done() && !error;) {
        const auto written = part_.written_after(layout.offset(next_));
        if (!written || written->first >= layout.file_size()) {
            next_ = layout.count();
            break;
        }
        next_ = std::max(next_, layout.index_of(written->first));
        if (is_right(next_, error)) {
            right.push_back(next_);
        }
        read += layout.length(next_);
        ++next_;
    }
    return right;
}

bool ExistingBlocks::is_right(std::size_t block, error_code& error) {
    const BlockLayout& layout = tree_.layout();
    buffer_.resize(read_size);
    std::uint64_t at = layout.offset(block);
    const std::uint64_t end = at + layout.length(block);
    while (at < end) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(read_size, end - at));
        const std::size_t got = part_.read(std::span(buffer_).first(size), at, error);
        hasher_.update(std::span(buffer_).first(got));
        if (got < size) {
            hasher_.finish();
            return false;
        }
        at += got;
    }
    return tree_.matches(block, hasher_.finish());
}

}  // namespace gnutella::transfer
