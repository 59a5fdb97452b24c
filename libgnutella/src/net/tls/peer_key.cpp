#include "net/tls/peer_key.hpp"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <memory>

namespace gnutella::net {

std::optional<KeyHash> key_shown_by_peer(gnutls_session_int* session) {
    unsigned count = 0;
    const gnutls_datum_t* const chain = gnutls_certificate_get_peers(session, &count);
    gnutls_x509_crt_t certificate = nullptr;
    if (chain == nullptr || count == 0 || gnutls_x509_crt_init(&certificate) < 0) {
        return std::nullopt;
    }
    const std::unique_ptr<gnutls_x509_crt_int, void (*)(gnutls_x509_crt_t)> owner(certificate, gnutls_x509_crt_deinit);
    gnutls_pubkey_t key = nullptr;
    if (gnutls_x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER) < 0 || gnutls_pubkey_init(&key) < 0) {
        return std::nullopt;
    }
    const std::unique_ptr<gnutls_pubkey_st, void (*)(gnutls_pubkey_t)> key_owner(key, gnutls_pubkey_deinit);
    gnutls_datum_t info{nullptr, 0};
    if (gnutls_pubkey_import_x509(key, certificate, 0) < 0 ||
        gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &info) < 0) {
        return std::nullopt;
    }
    KeyHash hash;
    const int result = gnutls_hash_fast(GNUTLS_DIG_SHA256, info.data, info.size, hash.bytes.data());
    gnutls_free(info.data);
    return result < 0 ? std::nullopt : std::optional(hash);
}

}  // namespace gnutella::net
