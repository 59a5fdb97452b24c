#include "utf8.hpp"

#include <gnutella/magnet.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// Whatever is read as a magnet link has a harmless name, and is the same after it was written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using gnutella::Magnet;
    const auto magnet = Magnet::parse({reinterpret_cast<const char*>(data), size});
    if (!magnet) {
        return 0;
    }
    const auto is_harmless = [](const std::string& name) {
        return name.find_first_of("/\\") == std::string::npos && gnutella::is_one_line(name);
    };
    if (!is_harmless(magnet->name) || magnet->sources.size() + magnet->numbered_sources.size() > 16) {
        std::abort();
    }
    for (const auto& source : magnet->numbered_sources) {
        if (!is_harmless(source.name)) {
            std::abort();
        }
    }
    const std::string text = magnet->to_string();
    if (text.size() > 8 * 1024) {  // escapes made it longer than what is read
        return 0;
    }
    const auto again = Magnet::parse(text);
    if (!again || again->urn != magnet->urn || again->name != magnet->name || again->size != magnet->size ||
        again->sources != magnet->sources || again->numbered_sources != magnet->numbered_sources) {
        std::abort();
    }
    return 0;
}
