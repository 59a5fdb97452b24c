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
/// have it (`xs` and `as`, 16 at most). Parameters of other kinds are passed over.
struct Magnet {
    /// A peer that has the file under a number of its own: `http://host:port/get/INDEX/NAME`.
    struct NumberedSource {
        /// Where it listens.
        Endpoint peer;
        /// The file's number there: Hit::index.
        std::uint32_t index = 0;
        /// What that peer calls it: a plain name, never a path.
        std::string name;

        friend bool operator==(const NumberedSource&, const NumberedSource&) = default;
    };

    /// `xt`: what the file is.
    Urn urn;
    /// `dn`; empty when the link has none.
    std::string name;
    /// `xl`, in bytes.
    std::optional<std::uint64_t> size;
    /// `xs`: where peers listen that are asked for it by its hash: `http://host:port/uri-res/N2R?urn:sha1:...`.
    std::vector<Endpoint> sources;
    /// Written as `as`.
    std::vector<NumberedSource> numbered_sources = {};

    /// @return nullopt when `text` is no magnet link, or names no file by a hash that we know.
    static std::optional<Magnet> parse(std::string_view text);

    /// The link, with all that is known.
    std::string to_string() const;
};

}  // namespace gnutella
