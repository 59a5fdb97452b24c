#include "transfer/thex_description.hpp"

#include "ascii.hpp"

namespace gnutella::transfer {

namespace {

constexpr std::string_view tiger = "http://open-content.net/spec/digest/tiger";
constexpr std::string_view white_space = " \t\r\n";

// The attributes of an element, as they are written; empty when it is not there.
std::string_view attributes_of(std::string_view xml, std::string_view element) {
    for (std::size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
        const std::string_view rest = xml.substr(at + 1);
        if (rest.starts_with(element) && rest.size() > element.size() &&
            white_space.find(rest[element.size()]) != std::string_view::npos) {
            return rest.substr(element.size(), rest.find('>') - element.size());
        }
    }
    return {};
}

// The value of `name="value"`, in quotes of either kind.
std::string_view value_of(std::string_view attributes, std::string_view name) {
    for (std::size_t at = attributes.find(name); at != std::string_view::npos; at = attributes.find(name, at + 1)) {
        if (at == 0 || white_space.find(attributes[at - 1]) == std::string_view::npos) {
            continue;
        }
        std::string_view rest = attributes.substr(at + name.size());
        rest.remove_prefix(std::min(rest.find_first_not_of(white_space), rest.size()));
        if (!rest.starts_with('=')) {
            continue;
        }
        rest.remove_prefix(1);
        rest.remove_prefix(std::min(rest.find_first_not_of(white_space), rest.size()));
        if (rest.empty() || (rest.front() != '"' && rest.front() != '\'')) {
            continue;
        }
        const std::size_t end = rest.find(rest.front(), 1);
        return end == std::string_view::npos ? std::string_view{} : rest.substr(1, end - 1);
    }
    return {};
}

}  // namespace

ThexDescription read_thex_description(std::string_view xml) {
    const std::string_view file = attributes_of(xml, "file");
    const std::string_view digest = attributes_of(xml, "digest");
    const std::string_view tree = attributes_of(xml, "serializedtree");
    ThexDescription description;
    description.size = ascii::parse_number<std::uint64_t>(value_of(file, "size"));
    description.segment_size = ascii::parse_number<std::uint64_t>(value_of(file, "segmentsize"));
    description.depth = ascii::parse_number<std::uint64_t>(value_of(tree, "depth"));
    description.algorithm = value_of(digest, "algorithm");
    description.tree_type = value_of(tree, "type");
    description.uri = value_of(tree, "uri");
    return description;
}

std::string write_thex_description(std::uint64_t size, std::size_t depth, std::string_view uri) {
    std::string xml =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
        "<!DOCTYPE hashtree SYSTEM \"http://open-content.net/spec/thex/thex.dtd\">\r\n"
        "<hashtree>\r\n";
    xml += "<file size=\"" + std::to_string(size) + "\" segmentsize=\"1024\"/>\r\n";
    xml += "<digest algorithm=\"" + std::string(tiger) + "\" outputsize=\"24\"/>\r\n";
    xml += "<serializedtree depth=\"" + std::to_string(depth) + "\" type=\"" + std::string(breadth_first_tree);
    xml += "\" uri=\"" + std::string(uri) + "\"/>\r\n</hashtree>\r\n";
    return xml;
}

}  // namespace gnutella::transfer
