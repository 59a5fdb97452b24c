#pragma once

#include <ngtcp2/ngtcp2.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <unordered_map>

namespace gnutella::net {

class QuicConnection;

/// Which connection a packet belongs to, by the id in its header (RFC 9000, 5.2).
class ConnectionTable {
  public:
    /// @param secret mixes the ids, some of which strangers choose.
    explicit ConnectionTable(std::uint64_t secret) : ids_(0, Hash{secret}) {}

    /// False when the id is another connection's already.
    bool add(const ngtcp2_cid& id, QuicConnection& connection) { return ids_.emplace(Id(id), &connection).second; }
    void remove(const ngtcp2_cid& id) { ids_.erase(Id(id)); }
    QuicConnection* find(std::span<const std::uint8_t> id) const {
        if (id.size() > NGTCP2_MAX_CIDLEN) {
            return nullptr;
        }
        const auto found = ids_.find(Id(id));
        return found == ids_.end() ? nullptr : found->second;
    }

  private:
    struct Id {
        explicit Id(const ngtcp2_cid& id) : Id(std::span(id.data, id.datalen)) {}
        explicit Id(std::span<const std::uint8_t> id) : size(static_cast<std::uint8_t>(id.size())) {
            std::memcpy(bytes, id.data(), id.size());
        }
        bool operator==(const Id&) const = default;

        std::uint8_t bytes[NGTCP2_MAX_CIDLEN + 3]{};
        std::uint8_t size;
    };
    static_assert(sizeof(Id) == 24);

    struct Hash {
        std::uint64_t secret;
        std::size_t operator()(const Id& id) const noexcept {
            std::uint64_t mixed = secret;
            std::uint64_t parts[3];
            std::memcpy(parts, &id, sizeof parts);
            for (const std::uint64_t part : parts) {
                mixed = (mixed ^ part) * 0x9E3779B97F4A7C15ULL;
                mixed ^= mixed >> 32;
            }
            return static_cast<std::size_t>(mixed);
        }
    };

    std::unordered_map<Id, QuicConnection*, Hash> ids_;
};

}  // namespace gnutella::net
