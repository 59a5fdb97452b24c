#pragma once

#include <gnutella/urn.hpp>

#include <string>
#include <string_view>

namespace gnutella::transfer {

/// The head of the request for a file's tree, `GET /uri-res/N2X?urn:sha1:...`. The body of the answer is for read_thex.
/// @param urn of the file; its SHA-1 is what every servent knows it by.
/// @param host the source as its hit names it, "host:port".
std::string tree_request_head(const Urn& urn, std::string_view host, std::string_view agent);

}  // namespace gnutella::transfer
