#include "words.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// Whatever the text, its words are none of them empty, and each is a word of its own text: a file is found by every
// word that its name was split into.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using gnutella::Words;
    const Words words({reinterpret_cast<const char*>(data), size});
    for (std::size_t word = 0; word < words.size(); ++word) {
        const Words again(words[word]);
        if (words[word].empty() || again.size() != 1 || again[0] != words[word]) {
            std::abort();
        }
    }
    return 0;
}
