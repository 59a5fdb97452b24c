#include "net/tls/tls_credentials.hpp"

#include "net/gnutls_result.hpp"

#include <gnutls/gnutls.h>

#include <new>
#include <string>

namespace gnutella::net {

namespace {

// TLS 1.2 and 1.3, with ciphers that are fast and authenticate, and groups that cost a server little, whatever the
// client asks for.
constexpr const char* for_client =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:-RSA:"
    "-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-FFDHE2048";

// A gtk-gnutella that could not make a key offers anonymous key exchanges alone (its tls_common.c, tls_init). They hide
// what is said from who only listens, which is all that TLS does between strangers. As a server such a one turns every
// client away that knows certificates, so that a client need not offer them.
std::string for_server() {
    return std::string(for_client) + ":+ANON-ECDH:+ANON-DH";
}

template <auto free_function>
struct FreeBy {
    template <class Made>
    void operator()(Made* made) const {
        free_function(made);
    }
};

using Priority = std::unique_ptr<gnutls_priority_st, FreeBy<gnutls_priority_deinit>>;
using Anonymous = std::unique_ptr<gnutls_anon_server_credentials_st, FreeBy<gnutls_anon_free_server_credentials>>;
using Certificates = std::unique_ptr<gnutls_certificate_credentials_st, FreeBy<gnutls_certificate_free_credentials>>;

template <class Owner, class Make, class... Arguments>
Owner owned(Make make, Arguments... arguments) {
    typename Owner::pointer made = nullptr;
    require_gnutls(make(&made, arguments...));
    return Owner(made);
}

}  // namespace

struct TlsCredentials::Parts {
    explicit Parts(const IdentityKey& key)
        : identity(key),
          client(owned<Priority>(gnutls_priority_init, for_client, nullptr)),
          server(owned<Priority>(gnutls_priority_init, for_server().c_str(), nullptr)),
          anonymous(owned<Anonymous>(gnutls_anon_allocate_server_credentials)),
          no_certificate(owned<Certificates>(gnutls_certificate_allocate_credentials)) {
        require_gnutls(gnutls_anon_set_server_known_dh_params(anonymous.get(), GNUTLS_SEC_PARAM_MEDIUM));
    }

    IdentityKey identity;
    Priority client;
    Priority server;
    Anonymous anonymous;
    Certificates no_certificate;
};

TlsCredentials::TlsCredentials(const IdentityKey& identity) : parts_(std::make_shared<const Parts>(identity)) {}

void TlsCredentials::prepare_server(gnutls_session_int* session) const {
    require_gnutls(gnutls_priority_set(session, parts_->server.get()));
    require_gnutls(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, parts_->identity.credentials()));
    require_gnutls(gnutls_credentials_set(session, GNUTLS_CRD_ANON, parts_->anonymous.get()));
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_IGNORE);
}

void TlsCredentials::prepare_client(gnutls_session_int* session) const {
    require_gnutls(gnutls_priority_set(session, parts_->client.get()));
    // We show nothing: who connects is known by its address, or says who it is inside.
    require_gnutls(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, parts_->no_certificate.get()));
}

}  // namespace gnutella::net
