#include "net/quic/tls_session.hpp"

#include "net/gnutls_result.hpp"
#include "net/tls/peer_key.hpp"

#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>

#include <memory>
#include <new>

namespace gnutella::net {

namespace {

// TLS 1.3 alone, as QUIC wants it (RFC 9001, 4.2), with what every end must know and what is fast.
constexpr const char* priority =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:"
    "-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:%DISABLE_TLS13_COMPAT_MODE";

// Parsed once for all sessions.
gnutls_priority_t parsed_priority() {
    static gnutls_priority_st* const parsed = [] {
        gnutls_priority_t made = nullptr;
        require_gnutls(gnutls_priority_init(&made, priority, nullptr));
        return made;
    }();
    return parsed;
}

// The client shows no certificate and trusts no authority: one set for all.
gnutls_certificate_credentials_t no_credentials() {
    static gnutls_certificate_credentials_st* const empty = [] {
        gnutls_certificate_credentials_t made = nullptr;
        require_gnutls(gnutls_certificate_allocate_credentials(&made));
        return made;
    }();
    return empty;
}

auto make_session(unsigned flags) {
    gnutls_session_t made = nullptr;
    require_gnutls(gnutls_init(&made, flags | GNUTLS_NO_TICKETS | GNUTLS_NO_END_OF_EARLY_DATA));
    return std::unique_ptr<gnutls_session_int, void (*)(gnutls_session_t)>(made, gnutls_deinit);
}

TlsSession& owner_of(gnutls_session_t session) {
    const auto* const reference = static_cast<ngtcp2_crypto_conn_ref*>(gnutls_session_get_ptr(session));
    return *static_cast<TlsSession*>(reference->user_data);
}

}  // namespace

TlsSession::TlsSession(const IdentityKey& identity, std::string_view protocol)
    : session_(make_session(GNUTLS_SERVER)), protocol_(protocol), identity_(identity) {
    prepare();
    gnutls_session_t session = native();
    require_gnutls(ngtcp2_crypto_gnutls_configure_server_session(session));
    require_gnutls(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, identity.credentials()));
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_IGNORE);
    const auto require_protocol = [](gnutls_session_t of, unsigned, unsigned, unsigned, const gnutls_datum_t*) {
        return owner_of(of).has_agreed_on_protocol() ? 0 : GNUTLS_E_NO_APPLICATION_PROTOCOL;
    };
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_POST, require_protocol);
}

TlsSession::TlsSession(const KeyHash& expected, std::string_view protocol)
    : session_(make_session(GNUTLS_CLIENT)), protocol_(protocol), expected_(expected) {
    prepare();
    gnutls_session_t session = native();
    require_gnutls(ngtcp2_crypto_gnutls_configure_client_session(session));
    require_gnutls(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, no_credentials()));
    gnutls_session_set_verify_function(session, [](gnutls_session_t of) { return owner_of(of).judge_key(); });
}

void TlsSession::prepare() {
    reference_.user_data = this;
    reference_.get_conn = [](ngtcp2_crypto_conn_ref* reference) {
        return static_cast<TlsSession*>(reference->user_data)->connection_;
    };
    gnutls_session_set_ptr(native(), &reference_);
    require_gnutls(gnutls_priority_set(native(), parsed_priority()));
    const gnutls_datum_t protocol{reinterpret_cast<unsigned char*>(const_cast<char*>(protocol_.data())),
                                  static_cast<unsigned>(protocol_.size())};
    require_gnutls(gnutls_alpn_set_protocols(native(), &protocol, 1, GNUTLS_ALPN_MANDATORY));
}

int TlsSession::judge_key() {
    const auto shown = key_shown_by_peer(native());
    saw_wrong_key_ = shown != expected_;
    return saw_wrong_key_ ? GNUTLS_E_CERTIFICATE_ERROR : 0;
}

bool TlsSession::has_agreed_on_protocol() const {
    gnutls_datum_t selected{nullptr, 0};
    return gnutls_alpn_get_selected_protocol(native(), &selected) == 0 &&
           std::string_view(reinterpret_cast<const char*>(selected.data), selected.size) == protocol_;
}

}  // namespace gnutella::net
