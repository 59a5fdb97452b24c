#pragma once

#include <gnutella/guid.hpp>
#include <gnutella/urn.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gnutella::transfer {

/// Reads the target of a request for a file by content: `/uri-res/N2R?urn:sha1:...` (HUGE 0.94, section 4; any form of
/// Urn). Percent-encoded octets and the absolute form of RFC 9112, 3.2.2 are tolerated, case is not regarded. nullopt
/// for any other target.
std::optional<Urn> parse_target(std::string_view target);

/// Reads the target of a request for a file's tree: `/uri-res/N2X?urn:sha1:...` (THEX as Gnutella has it), in the same
/// way. What follows a semicolon is the root, as X-Thex-URI has it, and not regarded.
std::optional<Urn> parse_tree_target(std::string_view target);

/// A file as the peer that has it numbers it (Gnutella 0.6, 2.3.1). The number alone finds it; the name must be its
/// own.
struct IndexedFile {
    std::uint32_t index = 0;
    std::string name;

    friend bool operator==(const IndexedFile&, const IndexedFile&) = default;
};

/// Reads `/get/12/name%20of%20it`. The name is percent-decoded, once, and is not a path to anybody.
std::optional<IndexedFile> parse_indexed_target(std::string_view target);

/// Whether the target is that of browse host: `/`.
bool is_browse_target(std::string_view target) noexcept;

/// A request to pass a Push on to one of our neighbours ("Push Proxy", 5).
struct PushProxyTarget {
    Guid servent;
    /// 0 when it does not say.
    std::uint32_t index = 0;

    friend bool operator==(const PushProxyTarget&, const PushProxyTarget&) = default;
};

/// Whether a target is one of push proxies, well-formed or not: `/gnutella/push-proxy?...`, `/gnutella/pushproxy?...`
/// or
/// `/gnet/push-proxy?...`.
bool is_push_proxy_target(std::string_view target) noexcept;

/// Reads its parameters: `ServerId` in Base32 or `guid` in hexadecimal digits, and `file`. nullopt without a servent.
std::optional<PushProxyTarget> parse_push_proxy_target(std::string_view target);

/// The target that asks a push proxy: `/gnutella/push-proxy?ServerId=...`, which all understand.
std::string push_proxy_target_of(const Guid& servent);

/// The target that asks for a file by its number.
std::string target_of(const IndexedFile& file);

/// The target that asks for a file: by its SHA-1 where that is known, which every servent understands.
std::string target_of(const Urn& urn);

/// The target that asks for a file's tree.
std::string tree_target_of(const Urn& urn);

/// The value of an X-Thex-URI header, which says where a file's tree is, and its root:
/// `/uri-res/N2X?urn:sha1:...;ROOT`.
/// @param urn with both hashes.
std::string thex_uri_of(const Urn& urn);

}  // namespace gnutella::transfer
