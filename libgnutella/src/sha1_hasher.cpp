#include "sha1_hasher.hpp"

#include <rhash.h>

namespace gnutella {

Sha1Hasher::Sha1Hasher() : context_(new_rhash_context(RHASH_SHA1)) {}

void Sha1Hasher::update(std::span<const std::byte> bytes) {
    rhash_update(context_.get(), bytes.data(), bytes.size());
}

Sha1 Sha1Hasher::finish() {
    Sha1 sha1{};
    finish_rhash(context_.get(), RHASH_SHA1, sha1.data());
    return sha1;
}

}  // namespace gnutella
