#include "transfer/block_writer.hpp"

#include <algorithm>

namespace gnutella::transfer {

void BlockWriter::begin(std::size_t block) {
    if (in_block_ > 0) {
        hasher_.finish();  // forgets what it has taken
    }
    block_ = block;
    in_block_ = 0;
}

BlockWriter::Outcome BlockWriter::take(std::span<const std::byte> bytes) {
    const BlockLayout& layout = tree_.layout();
    Outcome outcome;
    while (!bytes.empty() && !outcome.error) {
        const std::uint64_t lacking = layout.length(block_) - in_block_;
        const auto piece = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), lacking)));
        hasher_.update(piece);
        const bool is_whole = piece.size() == lacking;
        if (is_whole && !tree_.matches(block_, hasher_.finish())) {
            in_block_ = 0;
            outcome.error = Error::source_lied;
            break;
        }
        part_.write(piece, layout.offset(block_) + in_block_, outcome.error);
        in_block_ += piece.size();
        if (is_whole && !outcome.error) {
            ++outcome.verified;
            ++block_;
        }
        in_block_ = is_whole ? 0 : in_block_;
        bytes = bytes.subspan(piece.size());
    }
    return outcome;
}

}  // namespace gnutella::transfer
