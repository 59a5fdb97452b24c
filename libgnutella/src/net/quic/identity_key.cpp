#include "net/quic/identity_key.hpp"

#include "file_descriptor.hpp"
#include "net/gnutls_result.hpp"

#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace gnutella::net {

namespace {

constexpr mode_t owner_only = S_IRUSR | S_IWUSR;
// A key of either kind has a few hundred bytes.
constexpr std::size_t most_bytes = 16 * 1024;

struct FreePrivateKey {
    void operator()(gnutls_x509_privkey_t key) const { gnutls_x509_privkey_deinit(key); }
};
using PrivateKey = std::unique_ptr<gnutls_x509_privkey_int, FreePrivateKey>;

struct FreeCertificate {
    void operator()(gnutls_x509_crt_t certificate) const { gnutls_x509_crt_deinit(certificate); }
};
using Certificate = std::unique_ptr<gnutls_x509_crt_int, FreeCertificate>;

struct FreeCredentials {
    void operator()(gnutls_certificate_credentials_t each) const { gnutls_certificate_free_credentials(each); }
};
using Credentials = std::unique_ptr<gnutls_certificate_credentials_st, FreeCredentials>;

// What GnuTLS gives out.
struct Datum : gnutls_datum_t {
    Datum() : gnutls_datum_t{nullptr, 0} {}
    Datum(const Datum&) = delete;
    Datum& operator=(const Datum&) = delete;
    ~Datum() { gnutls_free(data); }
    std::string_view text() const { return {reinterpret_cast<const char*>(data), size}; }
};

// None of what is checked by it fails but for want of memory.
PrivateKey empty_key() {
    gnutls_x509_privkey_t key = nullptr;
    require_gnutls(gnutls_x509_privkey_init(&key));
    return PrivateKey(key);
}

PrivateKey generate() {
    PrivateKey key = empty_key();
    if (gnutls_x509_privkey_generate(key.get(), GNUTLS_PK_EDDSA_ED25519, 256, 0) < 0) {
        key = empty_key();
        require_gnutls(gnutls_x509_privkey_generate(key.get(), GNUTLS_PK_ECDSA,
                                                    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
    }
    return key;
}

std::string to_pem(const PrivateKey& key) {
    Datum pem;
    require_gnutls(gnutls_x509_privkey_export2_pkcs8(key.get(), GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN, &pem));
    return std::string(pem.text());
}

PrivateKey from_pem(const std::string& text) {
    PrivateKey key = empty_key();
    const gnutls_datum_t pem{reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
                             static_cast<unsigned>(text.size())};
    if (gnutls_x509_privkey_import_pkcs8(key.get(), &pem, GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN) < 0) {
        return nullptr;
    }
    const int algorithm = gnutls_x509_privkey_get_pk_algorithm(key.get());
    return algorithm == GNUTLS_PK_EDDSA_ED25519 || algorithm == GNUTLS_PK_ECDSA ? std::move(key) : nullptr;
}

KeyHash hash_of(gnutls_x509_privkey_t key) {
    gnutls_privkey_t abstract_key = nullptr;
    require_gnutls(gnutls_privkey_init(&abstract_key));
    const std::unique_ptr<gnutls_privkey_st, void (*)(gnutls_privkey_t)> key_owner(abstract_key, gnutls_privkey_deinit);
    require_gnutls(gnutls_privkey_import_x509(abstract_key, key, 0));
    gnutls_pubkey_t public_key = nullptr;
    require_gnutls(gnutls_pubkey_init(&public_key));
    const std::unique_ptr<gnutls_pubkey_st, void (*)(gnutls_pubkey_t)> owner(public_key, gnutls_pubkey_deinit);
    require_gnutls(gnutls_pubkey_import_privkey(public_key, abstract_key, 0, 0));
    Datum info;
    require_gnutls(gnutls_pubkey_export2(public_key, GNUTLS_X509_FMT_DER, &info));
    KeyHash hash;
    require_gnutls(gnutls_hash_fast(GNUTLS_DIG_SHA256, info.data, info.size, hash.bytes.data()));
    return hash;
}

// Nobody looks at what it says but at its key, so that it says as little as it can, and never expires.
Certificate certify(const PrivateKey& key) {
    gnutls_x509_crt_t made = nullptr;
    require_gnutls(gnutls_x509_crt_init(&made));
    Certificate certificate(made);
    constexpr std::string_view name = "libgnutella";
    constexpr std::array<std::uint8_t, 1> serial{1};
    require_gnutls(gnutls_x509_crt_set_version(made, 3));
    require_gnutls(gnutls_x509_crt_set_serial(made, serial.data(), serial.size()));
    require_gnutls(gnutls_x509_crt_set_activation_time(made, 0));
    require_gnutls(gnutls_x509_crt_set_expiration_time(made, GNUTLS_X509_NO_WELL_DEFINED_EXPIRATION));
    require_gnutls(gnutls_x509_crt_set_dn_by_oid(made, GNUTLS_OID_X520_COMMON_NAME, 0, name.data(), name.size()));
    require_gnutls(gnutls_x509_crt_set_key(made, key.get()));
    const bool edwards = gnutls_x509_privkey_get_pk_algorithm(key.get()) == GNUTLS_PK_EDDSA_ED25519;
    require_gnutls(gnutls_x509_crt_sign2(made, made, key.get(), edwards ? GNUTLS_DIG_SHA512 : GNUTLS_DIG_SHA256, 0));
    return certificate;
}

// nullopt when there is no such file.
std::optional<std::string> read_file(const std::filesystem::path& path, error_code& error) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        if (errno != ENOENT) {
            error = Error::state_unusable;
        }
        return std::nullopt;
    }
    // However it came here: what is readable by others would be no secret.
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 ||
        ((status.st_mode & 0777) != owner_only && ::fchmod(file.get(), owner_only) != 0)) {
        error = Error::state_unusable;
        return std::nullopt;
    }
    std::string text(most_bytes, '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
        const ssize_t got = ::read(file.get(), text.data() + filled, text.size() - filled);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            error = Error::state_unusable;
            return std::nullopt;
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    text.resize(filled);
    return text;
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            return false;
        }
        text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return true;
}

// Under another name first: after a crash there is a whole key, or none.
bool keep(const std::filesystem::path& folder, const std::string& text) {
    const auto path = folder / IdentityKey::file_name;
    auto temporary = path;
    temporary += ".new";
    ::unlink(temporary.c_str());
    {
        const FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner_only));
        if (!file || !write_all(file.get(), text) || ::fsync(file.get()) != 0) {
            ::unlink(temporary.c_str());
            return false;
        }
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        ::unlink(temporary.c_str());
        return false;
    }
    const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory && ::fsync(directory.get()) == 0;
}

}  // namespace

struct IdentityKey::Parts {
    explicit Parts(const PrivateKey& key) : hash(hash_of(key.get())), pem(to_pem(key)) {
        gnutls_certificate_credentials_t made = nullptr;
        require_gnutls(gnutls_certificate_allocate_credentials(&made));
        credentials.reset(made);
        const Certificate certificate = certify(key);
        gnutls_x509_crt_t chain = certificate.get();
        require_gnutls(gnutls_certificate_set_x509_key(made, &chain, 1, key.get()));
    }

    KeyHash hash;
    std::string pem;
    Credentials credentials;
};

IdentityKey IdentityKey::make() {
    return IdentityKey(std::make_shared<const Parts>(generate()));
}

IdentityKey IdentityKey::load_or_make(const std::filesystem::path& folder, error_code& error) {
    error = {};
    if (folder.empty()) {
        return make();
    }
    auto kept = read_file(folder / file_name, error);
    // Processes that begin at the same time make one key: whoever comes later finds it.
    FileDescriptor turn;
    if (!kept && !error) {
        turn = FileDescriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        [[maybe_unused]] const int locked = ::flock(turn.get(), LOCK_EX);  // where that can be done
        kept = read_file(folder / file_name, error);
    }
    if (error) {
        return make();
    }
    if (kept) {
        const PrivateKey key = from_pem(*kept);
        if (!key) {
            error = Error::identity_damaged;
            return make();
        }
        return IdentityKey(std::make_shared<const Parts>(key));
    }
    IdentityKey made = make();
    if (!keep(folder, made.parts_->pem)) {
        error = Error::state_unusable;
    }
    return made;
}

const KeyHash& IdentityKey::hash() const noexcept {
    return parts_->hash;
}

std::array<std::uint8_t, 32> IdentityKey::secret(std::string_view purpose) const {
    std::array<std::uint8_t, 32> secret{};
    require_gnutls(gnutls_hmac_fast(GNUTLS_MAC_SHA256, parts_->pem.data(), parts_->pem.size(), purpose.data(),
                                    purpose.size(), secret.data()));
    return secret;
}

gnutls_certificate_credentials_st* IdentityKey::credentials() const noexcept {
    return parts_->credentials.get();
}

}  // namespace gnutella::net
