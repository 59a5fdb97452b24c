#include "net/browse_reader.hpp"
#include "require.hpp"
#include "wire/file_name.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

// The list of files that a peer answers browse host with, compressed or not: every hit in it is one that may be
// fetched, and it makes no difference in which pieces it comes.

namespace gnutella {
namespace {

struct Read {
    std::vector<Hit> hits;
    error_code error;
};

Read read(net::BrowseReader::Coding coding, std::string_view bytes, std::size_t piece) {
    net::BrowseReader reader(coding, {}, {"host", 1}, "client");
    Read read;
    while (!bytes.empty() && !read.error) {
        read.error = reader.take(bytes.substr(0, piece), read.hits);
        bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    return read;
}

}  // namespace
}  // namespace gnutella

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gnutella;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const auto coding : {net::BrowseReader::Coding::none, net::BrowseReader::Coding::deflate}) {
        const Read whole = read(coding, bytes, bytes.size());
        const Read pieces = read(coding, bytes, 7);
        // Where a stream is too dense depends on how much of it has been seen.
        require(whole.error || pieces.error || whole.hits.size() == pieces.hits.size(), "pieces make no difference");
        for (const Hit& hit : whole.hits) {
            require(wire::is_plain_file_name(hit.name), "a name of a file");
            require(hit.source == Endpoint{"host", 1}, "from whom we browse");
        }
    }
    return 0;
}
