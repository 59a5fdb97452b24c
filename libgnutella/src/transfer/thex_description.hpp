#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gnutella::transfer {

/// What a serialized tree is called in DIME and in its description (THEX draft 02, 3.3).
inline constexpr std::string_view breadth_first_tree = "http://open-content.net/spec/thex/breadthfirst";

/// What the XML that goes with a serialized tree says of it (THEX draft 02, 3.2).
struct ThexDescription {
    /// The file's size.
    std::optional<std::uint64_t> size;
    /// Bytes under each leaf of a full tree: 1,024 where it is a Tiger tree root that names the file.
    std::optional<std::uint64_t> segment_size;
    /// Levels below the root.
    std::optional<std::uint64_t> depth;
    std::string_view algorithm;
    std::string_view tree_type;
    /// The id of the record with the tree.
    std::string_view uri;
};

/// Finds what is said in a description. There are servents whose XML is cut short or is none, and nothing in it is
/// believed before the tree's own root is: it is searched for what is wanted, not parsed.
/// @return what was found; the views are into `xml`.
ThexDescription read_thex_description(std::string_view xml);

/// The description of a Tiger tree over a file. @param uri the id of the record with the tree, which is not escaped.
std::string write_thex_description(std::uint64_t size, std::size_t depth, std::string_view uri);

}  // namespace gnutella::transfer
