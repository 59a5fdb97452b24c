#include "require.hpp"
#include "wire/first_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

// What a connection is does not change with more bytes, and is known after a few.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using gnutella::wire::FirstBytes;
    using gnutella::wire::recognise;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const FirstBytes whole = recognise(bytes);
    for (std::size_t some = 0; some < size; ++some) {
        const FirstBytes so_far = recognise(bytes.substr(0, some));
        gnutella::require(so_far == FirstBytes::undecided || so_far == whole, "a decision stays");
    }
    gnutella::require(size < gnutella::wire::max_first_bytes || whole != FirstBytes::undecided,
                      "it is decided in time");
    return 0;
}
