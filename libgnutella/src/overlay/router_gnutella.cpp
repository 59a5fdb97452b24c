// What neighbours of Gnutella 0.6 say to one another: pings and pongs (0.6, 2.2.4), and vendor messages.

#include "overlay/host_policy.hpp"
#include "overlay/router_impl.hpp"
#include "wire/gnutella/gnutella_encoder.hpp"
#include "wire/gnutella/message_header.hpp"
#include "wire/gnutella/vendor_messages.hpp"
#include "wire/ip_text.hpp"

#include <algorithm>
#include <array>
#include <memory_resource>

namespace gnutella::overlay {

namespace {

constexpr std::uint8_t max_pongs_taken = 20;     // to one ping for hosts: some send more than ten
constexpr std::size_t max_hosts_of_a_pong = 10;  // that are taken from one
constexpr std::uint8_t pong_reach = 7;           // TTL and hops of a cached pong together (2.2.4.1)
constexpr std::size_t decoding_room = 2048;

std::uint8_t free_of(std::size_t most, std::size_t taken) {
    return static_cast<std::uint8_t>(std::min<std::size_t>(most > taken ? most - taken : 0, UINT8_MAX));
}

}  // namespace

void Router::Impl::open_gnutella(Neighbour& neighbour, const Start& start, TimePoint now, Actions& out) {
    const wire::HandshakeHeaders theirs = start.handshake.value_or(wire::HandshakeHeaders());
    SessionInfo& info = neighbour.info;
    info.role = neighbour.gnutella->role;
    info.agent = theirs.user_agent;
    info.peer = theirs.guid;
    if (start.direction == Direction::outgoing) {
        info.listens = start.remote;
    } else {
        info.listens = theirs.listens.value_or(Endpoint{start.remote.host, 0});
    }
    if (welcome(neighbour, now, out) == Welcome::no) {
        return;
    }
    // Asked again: others may have opened since judge() was.
    if (place_for(*info.role) != Place::free) {
        ++counters.refused_connections;
        say_bye_and_close(neighbour, ByeCode::too_many_sessions, "too many sessions are open here",
                          Error::too_many_sessions, now, out);
        return;
    }
    ++(*info.role == Role::leaf ? leaves : ultrapeers);
    open(neighbour, now, out);
}

void Router::Impl::greet_gnutella(Neighbour& neighbour, TimePoint now, Actions& out) {
    GnutellaPeer& peer = *neighbour.gnutella;
    if (peer.takes_vendor_messages) {
        send(neighbour, binary.messages_supported(wire::marked_as_modern(random.guid())), Priority::control, out);
        send(neighbour, binary.features_supported(wire::marked_as_modern(random.guid())), Priority::control, out);
    }
    peer.next_update = now;
    next_update = std::min(next_update, now);
}

void Router::Impl::ping_gnutella(Neighbour& to, std::uint8_t ttl, Actions& out) {
    const bool for_hosts = ttl > 1;
    GnutellaPeer::PingSent& sent = to.gnutella->pings_sent[for_hosts ? 1 : 0];
    sent = {wire::marked_as_modern(random.guid()), for_hosts ? max_pongs_taken : std::uint8_t{1}};
    send(to, binary.ping(sent.id, ttl), for_hosts ? Priority::ping : Priority::control, out);
}

void Router::Impl::gnutella_ping_came(Neighbour& from, const wire::Message& message, const wire::Ping& ping,
                                      TimePoint now, const Library& library, Actions& out) {
    if (!from.gnutella->pings.allow(ping_rate, now)) {
        ++counters.excess_pings;
        return;
    }
    const wire::MessageRoute back{message.id, static_cast<std::uint8_t>(std::min(message.hops + 1, UINT8_MAX)), 0};
    const bool for_hosts = message.ttl > 1;
    if (for_hosts && holds_off(from)) {
        ++counters.flow_controlled;
        return;
    }
    std::vector<wire::PackedHost> told;
    std::array<std::byte, decoding_room> room;
    std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
    if (wire::read_ping_extensions(ping.extensions, memory).wants_cached) {
        told = hosts_to_tell(from);
    }
    // A sign of life is always answered; else only who can be connected to is worth a pong.
    if (!for_hosts || settings.reachability == Reachability::open) {
        send(from, binary.pong(from, back, library, free_places(), told), Priority::pong, out);
    }
    // What a leaf sends has no hops, or its ultrapeers end the session.
    if (!for_hosts || settings.role == Role::leaf) {
        return;
    }
    std::size_t sent = 0;
    pongs.visit(from.info.id, [&](const PongCache::Pong& cached) {
        if (sent == settings.max_pong_hosts) {
            return false;
        }
        const bool is_crawler = message.ttl == 2 && message.hops == 0;  // asks for the neighbours alone
        const int hops = cached.hops + 1;
        const int ttl = pong_reach - hops;
        if (ttl >= std::max<int>(1, message.hops) && (!is_crawler || cached.hops == 0)) {
            wire::Pong pong;
            pong.from = {{}, cached.port, cached.address};
            pong.files = cached.files;
            pong.bytes = cached.bytes;
            pong.extensions = cached.extensions;
            const wire::MessageRoute route{message.id, static_cast<std::uint8_t>(ttl), static_cast<std::uint8_t>(hops)};
            send(from, wire::encode_binary(route, pong), Priority::pong, out);
            ++sent;
        }
        return true;
    });
}

void Router::Impl::gnutella_pong_came(Neighbour& from, const wire::Message& message, const wire::Pong& pong) {
    GnutellaPeer& peer = *from.gnutella;
    const auto asked = std::ranges::find(peer.pings_sent, message.id, &GnutellaPeer::PingSent::id);
    if (asked == peer.pings_sent.end() || asked->pongs_left == 0) {
        ++counters.unexpected_pongs;
        return;
    }
    --asked->pongs_left;
    const wire::IpAddress address = pong.from.address.value_or(wire::IpAddress{});
    if (message.hops == 0) {
        from.info.files = pong.files;
        from.info.bytes = pong.bytes;
        if (from.info.listens.port == 0 && address == from.address) {
            from.info.listens.port = pong.from.port;
        }
    }
    // A leaf takes no sessions: where it is, and whom it knows, is of use to nobody.
    if (peer.role == Role::leaf || !may_be_told(address, pong.from.port, from.address)) {
        return;
    }
    told_of(address, pong.from.port, from.address);
    pongs.add(
        {from.info.id, address, pong.from.port, pong.files, pong.bytes, message.hops, std::string(pong.extensions)});
    std::array<std::byte, decoding_room> room;
    std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
    const wire::PongExtensions extensions = wire::read_pong_extensions(pong.extensions, memory);
    std::size_t left = max_hosts_of_a_pong;
    for (const wire::PackedHosts& packed : {extensions.hosts, extensions.hosts6}) {
        for (std::size_t at = 0; at < packed.size() && left > 0; ++at, --left) {
            told_of(packed[at].address, packed[at].port, from.address);
        }
    }
}

void Router::Impl::told_of(const wire::IpAddress& host, std::uint16_t port, const wire::IpAddress& by) {
    if (may_be_told(host, port, by)) {
        hosts.heard_of({std::string(wire::IpText(host).view()), port}, Dialect::gnutella);
    }
}

std::vector<wire::PackedHost> Router::Impl::hosts_to_tell(const Neighbour& whom) const {
    std::vector<wire::PackedHost> told;
    for (const Endpoint& host : ultrapeers_to_try()) {
        const auto address = wire::parse_ip(host.host);
        const bool itself = host.host == whom.info.remote.host && host.port == whom.info.listens.port;
        // What stands in our own network is nothing to strangers.
        if (address && !itself && may_be_told(*address, host.port, whom.address)) {
            told.push_back({*address, host.port});
        }
    }
    return told;
}

std::optional<wire::UltrapeerSlots> Router::Impl::free_places() const {
    if (settings.role == Role::leaf) {
        return std::nullopt;
    }
    return wire::UltrapeerSlots{.version = {},
                                .leaves = free_of(settings.max_leaves, leaves),
                                .ultrapeers = free_of(settings.max_ultrapeers, ultrapeers)};
}

void Router::Impl::vendor_message_came(Neighbour& from, const wire::Message& message, const wire::VendorMessage& vendor,
                                       Actions& out) {
    namespace known = wire::vendor_messages;
    GnutellaPeer& peer = *from.gnutella;
    if (wire::is(vendor, known::messages_supported)) {
        const auto messages = wire::read_messages_supported(vendor.payload);
        const auto proxies = [](const wire::VendorMessageId& id) {
            return id.vendor == known::push_proxy_request.vendor && id.selector == known::push_proxy_request.selector;
        };
        // Once: what is asked must not grow by being answered.
        if (settings.reachability == Reachability::firewalled && !peer.asked_for_push_proxy && messages &&
            std::ranges::any_of(*messages, proxies)) {
            peer.asked_for_push_proxy = true;
            send(from, binary.push_proxy_request(), Priority::control, out);
        }
    } else if (wire::is(vendor, known::features_supported)) {
        const auto features = wire::read_features_supported(vendor.payload);
        if (features && std::ranges::find(*features, wire::one_bit_patches) != features->end()) {
            peer.patch_width = wire::PatchWidth::one_bit;
        }
    } else if (wire::is(vendor, known::hops_flow)) {
        peer.unwanted_hops = wire::read_hops_flow(vendor.payload).value_or(peer.unwanted_hops);
    } else if (wire::is(vendor, known::push_proxy_request)) {
        // For itself alone: else whoever asks first would get what is meant for another.
        if (settings.reachability == Reachability::open && !message.id.is_nil() && message.id != identity &&
            sessions.identify(from, message.id)) {
            send(from, binary.push_proxy_acknowledgement(from, message.id), Priority::control, out);
        }
    } else if (wire::is(vendor, known::push_proxy_acknowledgement) && message.id == identity &&
               peer.asked_for_push_proxy) {
        peer.push_proxy = wire::read_push_proxy_acknowledgement(vendor.payload);
    } else {
        ++counters.unknown_messages;
    }
}

}  // namespace gnutella::overlay
