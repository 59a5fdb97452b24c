#include "require.hpp"
#include "transfer/giv.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

// The line that a servent opens its connection with after a Push: what is read is read the same when it is written
// again, and is one line.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gnutella;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto end = transfer::find_end_of_giv(bytes);
    require(!end || (*end >= 2 && *end <= size && bytes[*end - 1] == '\n'), "the end is behind a line");
    if (const auto giv = transfer::parse_giv(bytes)) {
        require(!giv->servent.is_nil(), "a servent");
        const std::string text = transfer::giv_text(*giv);
        require(text.find('\n') == text.size() - 2 && transfer::find_end_of_giv(text) == text.size(), "one line");
        const auto again = transfer::parse_giv(std::string_view(text).substr(0, text.size() - 2));
        require(again && again->index == giv->index && again->servent == giv->servent, "read as it is written");
    }
    return 0;
}
