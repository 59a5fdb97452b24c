#pragma once

#include <gnutella/guid.hpp>

#include <cstddef>
#include <string_view>

namespace gnutella::wire {

inline constexpr std::size_t max_id_length = 128;

/// The Guid that an id of the JSON dialect has inside the node: a UUID's own bytes, of any other text the first 16
/// bytes of its SHA-1. docs/json-dialect.md, "The messages".
Guid guid_of_id(std::string_view id);

}  // namespace gnutella::wire
