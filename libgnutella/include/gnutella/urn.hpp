#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gnutella {

/// The SHA-1 of a whole file.
using Sha1 = std::array<std::uint8_t, 20>;

/// The root of a file's Tiger tree (THEX, leaves of 1,024 bytes).
using TigerRoot = std::array<std::uint8_t, 24>;

/// What a file IS, by its content: a SHA-1, a Tiger tree root, or both. Its text is `urn:sha1:`, `urn:tree:tiger/:` or
/// `urn:bitprint:` (HUGE 0.94, section 3; both hashes in base 32 without padding).
class Urn {
  public:
    /// Names a file by its SHA-1 alone.
    explicit Urn(const Sha1& sha1) : sha1_(sha1) {}
    /// Names a file by the root of its Tiger tree alone.
    explicit Urn(const TigerRoot& tiger) : tiger_(tiger) {}
    /// Names a file by both.
    Urn(const Sha1& sha1, const TigerRoot& tiger) : sha1_(sha1), tiger_(tiger) {}

    /// Reads any of the three forms, without regard to case; nullopt for anything else. `urn:tree:tiger:` is read too.
    static std::optional<Urn> parse(std::string_view text) noexcept;

    /// The SHA-1, where it is known.
    const std::optional<Sha1>& sha1() const noexcept { return sha1_; }
    /// The root of the Tiger tree, where it is known.
    const std::optional<TigerRoot>& tiger() const noexcept { return tiger_; }

    /// `urn:bitprint:` when both are known, else the form of the one that is.
    std::string to_string() const;

    /// `urn:sha1:...`; empty when the SHA-1 is not known.
    std::string sha1_string() const;

    /// Whether both name the same file as far as can be told: at least one hash is known to both, and none differs.
    bool same_file(const Urn& other) const noexcept;

    friend bool operator==(const Urn&, const Urn&) = default;

  private:
    std::optional<Sha1> sha1_;
    std::optional<TigerRoot> tiger_;
};

}  // namespace gnutella
