#pragma once

#include "gnutella/urn.hpp"

namespace gnutella::transfer {

/// The file that the tests of answers are about.
inline const Urn urn =
    *Urn::parse("urn:bitprint:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");

}  // namespace gnutella::transfer
