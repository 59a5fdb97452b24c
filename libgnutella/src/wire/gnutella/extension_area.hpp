#pragma once

#include <gnutella/urn.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace gnutella::wire {

/// What stands between two extensions that are no GGEP (GGEP, Appendix B).
inline constexpr char extension_separator = '\x1C';

/// Takes the parts of an area apart that extensions of all kinds share: behind a query's text, and behind a result's
/// name (Gnutella 0.6, 2.2.5 and 2.2.6; GGEP, Appendix B).
class ExtensionArea {
  public:
    enum class Kind : std::uint8_t {
        urn,   ///< begins with "urn:", in either case (HUGE, 3)
        xml,   ///< begins with "<" or "{"
        ggep,  ///< one or several blocks
        text,  ///< anything else
    };
    struct Part {
        Kind kind = Kind::text;
        std::string_view bytes;
    };

    explicit ExtensionArea(std::string_view bytes) noexcept : rest_(bytes) {}

    /// nullopt at the end. GGEP that is broken comes as text, and so does all GGEP behind it.
    std::optional<Part> next() noexcept;

  private:
    std::string_view rest_;
    // To find out costs a look at all that is left: once, or a stranger could have us look again for each byte.
    bool broken_ = false;
};

/// What is known of a file from several URNs: all that name the same file, added to one another.
void add_urn(std::optional<Urn>& known, const std::optional<Urn>& more);

/// The hash in a GGEP "H": a SHA-1, or that and a Tiger root; nullopt for other kinds of hashes.
std::optional<Urn> urn_of_binary_hash(std::string_view value) noexcept;

/// The Tiger root in a GGEP "TT".
std::optional<Urn> urn_of_tiger_root(std::string_view value) noexcept;

/// Adds the hash that a GGEP "u", "H" or "TT" carries to what is known; other extensions carry none.
struct GgepExtension;
void add_urn_of(const GgepExtension& extension, std::optional<Urn>& known);

}  // namespace gnutella::wire
