#pragma once

#include <gnutella/endpoint.hpp>
#include <gnutella/urn.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella {

/// A `magnet:` link: what a file is (`xt`), and, where known, its name (`dn`), its size in bytes (`xl`) and peers that
/// have it (`xs`, as `http://host:port/uri-res/N2R?urn:sha1:...`). Parameters of other kinds are passed over.
struct Magnet {
    Urn urn;
    std::string name;
    std::optional<std::uint64_t> size;
    std::vector<Endpoint> sources;

    /// @return nullopt when `text` is no magnet link, or names no file by a hash that we know.
    static std::optional<Magnet> parse(std::string_view text);

    std::string to_string() const;
};

}  // namespace gnutella
