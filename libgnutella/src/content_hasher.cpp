#include "content_hasher.hpp"

#include <rhash.h>

#include <new>

namespace gnutella {

namespace {

rhash_context* new_context() {
    static const bool initialised = (rhash_library_init(), true);
    static_cast<void>(initialised);
    rhash_context* context = rhash_init(RHASH_SHA1 | RHASH_TTH);
    if (context == nullptr) {
        throw std::bad_alloc();
    }
    return context;
}

template <class Digest>
Digest digest(rhash_context* context, unsigned algorithm) {
    Digest bytes{};
    rhash_print(reinterpret_cast<char*>(bytes.data()), context, algorithm, RHPR_RAW);
    return bytes;
}

}  // namespace

ContentHasher::ContentHasher() : context_(new_context()) {}

void ContentHasher::update(std::span<const std::byte> bytes) {
    rhash_update(context_.get(), bytes.data(), bytes.size());
}

Urn ContentHasher::finish() {
    rhash_final(context_.get(), nullptr);
    const Urn urn(digest<Sha1>(context_.get(), RHASH_SHA1), digest<TigerRoot>(context_.get(), RHASH_TTH));
    rhash_reset(context_.get());
    return urn;
}

void ContentHasher::Free::operator()(rhash_context* context) const noexcept {
    rhash_free(context);
}

}  // namespace gnutella
