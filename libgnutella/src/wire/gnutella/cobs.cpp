#include "wire/gnutella/cobs.hpp"

#include <cstddef>

namespace gnutella::wire {

namespace {

// A block is a byte that says where it ends, and up to 254 others. One of fewer stands for a NUL at its end, too.
constexpr std::size_t max_block = 254;

}  // namespace

void encode_cobs(std::string_view bytes, std::string& to) {
    while (true) {
        const std::size_t nul = bytes.substr(0, max_block + 1).find('\0');
        const bool full = nul == std::string_view::npos && bytes.size() >= max_block;
        const std::size_t length = nul != std::string_view::npos ? nul : full ? max_block : bytes.size();
        to += static_cast<char>(length + 1);
        to.append(bytes.substr(0, length));
        if (length == bytes.size()) {
            return;
        }
        // Behind a full block comes the next byte, behind another the one after its NUL.
        bytes.remove_prefix(length == max_block ? length : length + 1);
    }
}

bool CobsReader::next(Piece& piece) noexcept {
    if (rest_.empty()) {
        return false;
    }
    const std::size_t length = static_cast<unsigned char>(rest_.front());
    if (length == 0 || length > rest_.size()) {
        broken_ = true;
        return false;
    }
    piece.bytes = rest_.substr(1, length - 1);
    rest_.remove_prefix(length);
    piece.nul = length <= max_block && !rest_.empty();
    broken_ = piece.bytes.find('\0') != std::string_view::npos;
    return !broken_;
}

}  // namespace gnutella::wire
