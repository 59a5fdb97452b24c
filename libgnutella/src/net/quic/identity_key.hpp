#pragma once

#include <gnutella/error.hpp>
#include <gnutella/key_hash.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

struct gnutls_certificate_credentials_st;

namespace gnutella::net {

/// The key by which others know this node over QUIC, and the certificate, signed by itself, that shows it. Ed25519, or
/// ECDSA on P-256 where the system's GnuTLS has no Ed25519. A value that can be copied and used from any thread.
class IdentityKey {
  public:
    /// The name of the file that load_or_make() keeps.
    static constexpr std::string_view file_name = "identity.key";

    /// A new one, kept in memory only.
    static IdentityKey make();

    /// The one that is kept in `folder`, readable by its owner alone (0600), or a new one, which is kept there from now
    /// on. Blocks.
    /// @param folder one that is there; empty: as make().
    /// @param error identity_damaged when a file is there that holds no key; state_unusable when it cannot be read or
    ///     written.
    static IdentityKey load_or_make(const std::filesystem::path& folder, error_code& error);

    /// The hash of the public half: this node's name.
    const KeyHash& hash() const noexcept;

    /// Bytes that only who has the key can know, another 32 for each purpose. The same after a restart.
    std::array<std::uint8_t, 32> secret(std::string_view purpose) const;

    /// For the server's half of TLS. Valid as long as a copy of this.
    gnutls_certificate_credentials_st* credentials() const noexcept;

  private:
    struct Parts;
    explicit IdentityKey(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

    std::shared_ptr<const Parts> parts_;
};

}  // namespace gnutella::net
