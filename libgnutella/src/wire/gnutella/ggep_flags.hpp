#pragma once

namespace gnutella::wire {

// The byte before an extension's name (GGEP, "GGEP Extension Header Flags").
inline constexpr unsigned ggep_last_extension = 0x80;
inline constexpr unsigned ggep_cobs_encoded = 0x40;
inline constexpr unsigned ggep_deflated = 0x20;

}  // namespace gnutella::wire
