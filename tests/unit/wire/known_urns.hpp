#pragma once

#include "gnutella/urn.hpp"

#include <string>

// The hashes of one file, as the tests of both dialects write them.
namespace gnutella::wire {

inline const std::string sha1_text = "urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB";
inline const std::string bitprint_text =
    "urn:bitprint:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB.LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ";
inline const Urn bitprint = *Urn::parse(bitprint_text);

}  // namespace gnutella::wire
