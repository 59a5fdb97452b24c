#pragma once

#include "overlay/library.hpp"
#include "overlay/neighbour.hpp"
#include "overlay/own_messages.hpp"
#include "overlay/pong_cache.hpp"
#include "overlay/router.hpp"
#include "wire/frame.hpp"
#include "wire/gnutella/gnutella_encoder.hpp"
#include "wire/gnutella/packed_hosts.hpp"
#include "wire/gnutella/pong_extensions.hpp"
#include "wire/message.hpp"

#include <gnutella/guid.hpp>
#include <gnutella/key_hash.hpp>
#include <gnutella/settings.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::overlay {

/// The messages that this node writes itself in Gnutella 0.6: what OwnMessages is for JSON.
class BinaryMessages {
  public:
    /// Of one Query Hit. Larger ones SHOULD NOT be sent (0.6, 2.2.1).
    static constexpr std::size_t max_hit_size = 4096;

    /// @param settings must outlive this.
    BinaryMessages(const Settings& settings, Guid identity, std::uint16_t port)
        : settings_(settings), identity_(identity), port_(port) {}

    /// The key by which files can be had from us over QUIC.
    void show_key(const KeyHash& key) { key_ = key; }

    /// Where we listen, as the neighbour is told.
    wire::PackedHost listening_at(const Neighbour& neighbour) const;
    /// The same, for one who is at the other end of a connection from that address of ours.
    wire::PackedHost listening_at(std::string_view local_host) const;

    /// @param ttl 1 for a sign of life; more also brings hosts.
    wire::Frame ping(const Guid& id, std::uint8_t ttl) const;
    /// @param ultrapeer the places that are free, when we are one.
    /// @param hosts others that are told of in it (GGEP "IPP"); none when they were not asked for.
    wire::Frame pong(const Neighbour& to, const wire::MessageRoute& route, const Library& library,
                     const std::optional<wire::UltrapeerSlots>& ultrapeer,
                     std::span<const wire::PackedHost> hosts) const;
    wire::Frame bye(ByeCode code, std::string_view reason) const;
    wire::Frame query(const Router::LocalQuery& query, std::uint8_t ttl) const;
    /// Someone's query that came in another dialect.
    wire::Frame query(const wire::MessageRoute& route, const wire::Query& query) const;
    /// The answers to a query: as many messages as the matches need.
    std::vector<wire::Frame> hits(const Neighbour& to, const wire::MessageRoute& route,
                                  const std::vector<Library::Match>& matches,
                                  std::span<const wire::PackedHost> push_proxies) const;
    /// A hit that came in JSON.
    std::vector<wire::Frame> hits(const wire::MessageRoute& route, const wire::QueryHit& hit) const;
    wire::Frame push(const Neighbour& to, const Guid& id, const Guid& servent, std::uint32_t index) const;

    // ---- vendor messages ----
    wire::Frame messages_supported(const Guid& id) const;
    wire::Frame features_supported(const Guid& id) const;
    wire::Frame push_proxy_request() const;
    wire::Frame push_proxy_acknowledgement(const Neighbour& to, const Guid& servent) const;

  private:
    std::vector<wire::Frame> split(const wire::MessageRoute& route, wire::QueryHit& hit) const;

    const Settings& settings_;
    Guid identity_;
    std::uint16_t port_;
    std::optional<KeyHash> key_;
};

}  // namespace gnutella::overlay
