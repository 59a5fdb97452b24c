#pragma once

#include "net/quic/identity_key.hpp"

#include <memory>

struct gnutls_session_int;

namespace gnutella::net {

/// What a node shows at its end of TLS over TCP, and which versions and ciphers it has: one for all connections of a
/// node. A value that can be copied and used from any thread.
class TlsCredentials {
  public:
    explicit TlsCredentials(const IdentityKey& identity);

    /// Sets a new session up, which the credentials must outlive.
    void prepare_server(gnutls_session_int* session) const;
    void prepare_client(gnutls_session_int* session) const;

  private:
    struct Parts;
    std::shared_ptr<const Parts> parts_;
};

}  // namespace gnutella::net
