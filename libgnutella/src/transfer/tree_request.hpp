#pragma once

#include "transfer/source_answer.hpp"

#include <gnutella/error.hpp>
#include <gnutella/urn.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace gnutella::transfer {

/// The head of the request for a file's tree, `GET /uri-res/N2X?urn:sha1:...`. The body of the answer is for read_thex.
/// @param urn of the file; its SHA-1 is what every servent knows it by.
/// @param host the source as its hit names it, "host:port".
std::string tree_request_head(const Urn& urn, std::string_view host, std::string_view agent);

/// Judges the answer to that by its head.
/// @param file_size of the file whose tree is wanted.
/// @return how many bytes of body to read at most: it is an error when there are more, and only for a body that comes
///     in chunks not one when there are fewer. Errors: source_lacks_file, source_busy, source_answer (that of a body
///     too long for the tree of this file, too).
std::variant<std::uint64_t, Error> check_tree_answer(const SourceAnswer& answer, std::uint64_t file_size);

}  // namespace gnutella::transfer
