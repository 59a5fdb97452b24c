#pragma once

#include <string_view>

namespace gnutella::transfer {

// What the values of Accept and Accept-Encoding say (RFC 9110, 12.5). Weights count only where they are 0: "not this".

/// Whether the list has that very type, and does not refuse it.
/// @param lower_case_type "text/html"
bool names_media_type(std::string_view accept, std::string_view lower_case_type) noexcept;

/// The same, or that it has it by a pattern ("text/*"), or is empty: then everything is welcome.
bool accepts_media_type(std::string_view accept, std::string_view lower_case_type) noexcept;

/// Whether the list has that coding, and does not refuse it. An empty one has none.
bool accepts_coding(std::string_view accept_encoding, std::string_view lower_case_coding) noexcept;

}  // namespace gnutella::transfer
