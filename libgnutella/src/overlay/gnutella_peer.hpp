#pragma once

#include "overlay/rate_limiter.hpp"
#include "overlay/time_point.hpp"
#include "wire/gnutella/handshake_headers.hpp"
#include "wire/gnutella/packed_hosts.hpp"
#include "wire/gnutella/query_route_table.hpp"
#include "wire/gnutella/route_table_patches.hpp"
#include "wire/gnutella/route_table_receiver.hpp"

#include <gnutella/guid.hpp>
#include <gnutella/role.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace gnutella::overlay {

/// What is kept of a neighbour that speaks Gnutella 0.6, besides what all neighbours have.
struct GnutellaPeer {
    explicit GnutellaPeer(const wire::HandshakeHeaders& theirs);

    /// What it is among the nodes of the network. One that does not say is treated like an ultrapeer: it is sent all.
    static Role role_of(const wire::HandshakeHeaders& theirs) noexcept;

    Role role = Role::ultrapeer;
    bool takes_bye = false;
    bool takes_vendor_messages = false;
    /// Whether it reads a query routing table of ours when we are its leaf, and when we are an ultrapeer.
    bool takes_leaf_table = false;
    bool takes_ultrapeer_table = false;
    /// The highest TTL of the queries that it wants to get ("X-Max-TTL").
    std::uint8_t max_ttl = 7;

    /// Its query routing table, as far as it has come.
    std::optional<wire::RouteTableReceiver> table_receiver;
    const wire::QueryRouteTable* table() const { return table_receiver ? table_receiver->table() : nullptr; }
    /// What it has of our table.
    std::shared_ptr<const wire::QueryRouteTable> sent_table;
    wire::PatchWidth patch_width = wire::PatchWidth::four_bits;
    /// When it is next told of changes, and pinged for hosts.
    TimePoint next_update;

    /// Queries that have come as many hops or more are not wanted ("Hops Flow").
    std::uint8_t unwanted_hops = 255;

    /// Our last pings, and how many pongs each may still bring: one for a sign of life, and one for hosts.
    struct PingSent {
        Guid id;
        std::uint8_t pongs_left = 0;
    };
    std::array<PingSent, 2> pings_sent;
    RateLimiter pings;
    RateLimiter tables;  // sequences of patches

    /// Where Pushes for us may be sent to: it has agreed to pass them on.
    std::optional<wire::PackedHost> push_proxy;
    bool asked_for_push_proxy = false;
};

}  // namespace gnutella::overlay
