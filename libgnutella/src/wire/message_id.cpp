#include "wire/message_id.hpp"

#include <rhash.h>

#include <algorithm>
#include <array>
#include <new>

namespace gnutella::wire {

Guid guid_of_id(std::string_view id) {
    if (const auto uuid = Guid::parse(id)) {
        return *uuid;
    }
    [[maybe_unused]] static const bool initialised = (rhash_library_init(), true);
    std::array<unsigned char, 20> digest{};
    if (rhash_msg(RHASH_SHA1, id.data(), id.size(), digest.data()) < 0) {
        throw std::bad_alloc();  // the only way in which it can fail
    }
    Guid guid;
    std::copy_n(digest.begin(), guid.bytes.size(), guid.bytes.begin());
    return guid;
}

}  // namespace gnutella::wire
