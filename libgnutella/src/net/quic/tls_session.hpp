#pragma once

#include "net/quic/identity_key.hpp"

#include <gnutella/key_hash.hpp>

#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct gnutls_session_int;

namespace gnutella::net {

/// The TLS half of a QUIC connection. It stays where it is: GnuTLS knows it by its address.
class TlsSession {
  public:
    /// The server's half, which shows the key.
    /// @param protocol what both ends must say that they speak (ALPN, RFC 7301).
    TlsSession(const IdentityKey& identity, std::string_view protocol);
    /// The client's half, which takes no other key than this and shows none.
    TlsSession(const KeyHash& expected, std::string_view protocol);
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;
    ~TlsSession() = default;

    gnutls_session_int* native() const noexcept { return session_.get(); }

    /// The connection whose handshake it does: to be called before anything comes.
    void serve(ngtcp2_conn* connection) noexcept { connection_ = connection; }

    /// Whether the far end showed another key, and was refused.
    bool saw_wrong_key() const noexcept { return saw_wrong_key_; }

    /// Whether both ends have said the same of what they speak: a server's silence counts as no.
    bool has_agreed_on_protocol() const;

  private:
    void prepare();
    int judge_key();

    std::unique_ptr<gnutls_session_int, void (*)(gnutls_session_int*)> session_;
    ngtcp2_conn* connection_ = nullptr;
    ngtcp2_crypto_conn_ref reference_{};
    const std::string protocol_;
    std::optional<IdentityKey> identity_;
    std::optional<KeyHash> expected_;
    bool saw_wrong_key_ = false;
};

}  // namespace gnutella::net
