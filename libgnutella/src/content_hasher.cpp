#include "content_hasher.hpp"

#include <rhash.h>

#include <utility>

namespace gnutella {

ContentHasher::ContentHasher() : sha1_(new_rhash_context(RHASH_SHA1)) {}

void ContentHasher::update(std::span<const std::byte> bytes) {
    rhash_update(sha1_.get(), bytes.data(), bytes.size());
    tree_.update(bytes);
}

Urn ContentHasher::finish() {
    return finish_with_tree().urn;
}

HashedContent ContentHasher::finish_with_tree() {
    Sha1 sha1{};
    finish_rhash(sha1_.get(), RHASH_SHA1, sha1.data());
    HashTree tree = tree_.finish();
    return {Urn(sha1, tree.root()), std::move(tree)};
}

}  // namespace gnutella
