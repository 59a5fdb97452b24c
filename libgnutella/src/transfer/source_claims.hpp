#pragma once

#include "transfer/source_answer.hpp"

#include <gnutella/hit.hpp>
#include <gnutella/urn.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gnutella::transfer {

/// What a source says that a file is. It may lie in all of it.
struct SourceClaims {
    /// X-Gnutella-Content-URN.
    std::optional<Urn> urn;
    /// The root of its tree, from that or from X-Thex-URI.
    std::optional<TigerRoot> root;
};

/// Reads the root from the value of an X-Thex-URI header, `URI;ROOT` ("PFSP", 2); nullopt when there is none.
std::optional<TigerRoot> parse_thex_root(std::string_view value);

/// What an answer of 200, 206 or 503 claims; of any other nothing.
SourceClaims claims_of(const SourceAnswer& answer);

/// The head of a request that only asks what the file of a hit is: by its hash, or without one by its number.
std::string inquiry_head(const Hit& hit, std::string_view agent);

}  // namespace gnutella::transfer
