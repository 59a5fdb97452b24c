#include "tiger_hasher.hpp"

#include <rhash.h>

namespace gnutella {

TigerHasher::TigerHasher() : context_(new_rhash_context(RHASH_TTH)) {}

void TigerHasher::update(std::span<const std::byte> bytes) {
    rhash_update(context_.get(), bytes.data(), bytes.size());
}

TigerRoot TigerHasher::finish() {
    TigerRoot root{};
    finish_rhash(context_.get(), RHASH_TTH, root.data());
    return root;
}

TigerRoot tiger_root_of(std::span<const std::byte> bytes) {
    TigerHasher hasher;
    hasher.update(bytes);
    return hasher.finish();
}

}  // namespace gnutella
