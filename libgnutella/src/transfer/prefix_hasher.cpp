#include "transfer/prefix_hasher.hpp"

#include <algorithm>

namespace gnutella::transfer {

namespace {

constexpr std::size_t hash_size = 256 * 1024;

}  // namespace

void PrefixHasher::advance(const PartFile& part, std::uint64_t until, std::uint64_t most, error_code& error) {
    error = {};
    const std::uint64_t end = std::min(until, hashed_ + most);
    buffer_.resize(hash_size);
    while (hashed_ < end) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(hash_size, end - hashed_));
        const std::size_t got = part.read(std::span(buffer_).first(size), hashed_, error);
        if (got < size) {
            error = Error::disk;
            return;
        }
        advance(std::span(buffer_).first(size));
    }
}

void PrefixHasher::advance(std::span<const std::byte> bytes) {
    std::visit([bytes](auto& hasher) { hasher.update(bytes); }, hasher_);
    std::atomic_ref(hashed_).store(hashed_ + bytes.size(), std::memory_order_relaxed);
}

Urn PrefixHasher::finish() {
    std::atomic_ref(hashed_).store(0, std::memory_order_relaxed);
    if (auto* sha1 = std::get_if<Sha1Hasher>(&hasher_)) {
        return {sha1->finish(), *root_};
    }
    return std::get<ContentHasher>(hasher_).finish();
}

}  // namespace gnutella::transfer
