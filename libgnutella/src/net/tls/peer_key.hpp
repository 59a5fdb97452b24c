#pragma once

#include <gnutella/key_hash.hpp>

#include <optional>

struct gnutls_session_int;

namespace gnutella::net {

/// The hash of the key in the certificate that the far end of a TLS session has shown; nullopt when it has shown none.
std::optional<KeyHash> key_shown_by_peer(gnutls_session_int* session);

}  // namespace gnutella::net
