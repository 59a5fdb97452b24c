#include "block_tree_hasher.hpp"
#include "require.hpp"
#include "transfer/thex.hpp"
#include "transfer/thex_description.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

// Whatever comes as a tree: it is either the one that was asked for, or the upper part of it, or none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gnutella;
    static const HashTree wanted = [] {
        const std::string content(3 * 64 * 1024, 'A');
        BlockTreeHasher hasher;
        hasher.update(std::as_bytes(std::span(content)));
        return hasher.finish();
    }();
    const auto message = std::as_bytes(std::span(data, size));
    const auto result = transfer::read_thex(message, wanted.size(), wanted.root());
    if (const auto* tree = std::get_if<HashTree>(&result)) {
        static const auto levels = wanted.levels();
        const auto is_its_end = [tree](const auto& level) { return std::ranges::equal(level, tree->leaves()); };
        require(tree->size() == wanted.size() && std::ranges::any_of(levels, is_its_end),
                "it is the tree that was asked for, as far as it reaches");
    }
    const std::string_view xml(reinterpret_cast<const char*>(data), size);
    const auto description = transfer::read_thex_description(xml);
    for (const std::string_view view : {description.algorithm, description.tree_type, description.uri}) {
        require(view.empty() || (view.data() >= xml.data() && view.data() + view.size() <= xml.data() + xml.size()),
                "what is found lies within what was searched");
    }
    return 0;
}
