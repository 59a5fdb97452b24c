#include "overlay/binary_messages.hpp"

#include "overlay/bridge.hpp"
#include "wire/gnutella/gnutella_encoder.hpp"
#include "wire/gnutella/hit_extensions.hpp"
#include "wire/gnutella/hit_payload.hpp"
#include "wire/gnutella/vendor_codes.hpp"
#include "wire/gnutella/vendor_messages.hpp"
#include "wire/ip_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace gnutella::overlay {

namespace {

constexpr wire::HalfByteVersion ultrapeer_version{0, 1};

// What we understand of the vendor messages that others may send.
constexpr std::array messages_understood{
    wire::vendor_messages::features_supported,
    wire::vendor_messages::hops_flow,
    wire::vendor_messages::push_proxy_request,
    wire::vendor_messages::push_proxy_acknowledgement,
};

wire::MessageRoute to_neighbour(const Guid& id) {
    return {id, 1, 0};
}

// What 0.6, 2.2.9 has for it.
std::uint16_t code_of(ByeCode code) {
    return code == ByeCode::timed_out ? 406 : static_cast<std::uint16_t>(code);
}

}  // namespace

wire::PackedHost BinaryMessages::listening_at(std::string_view local_host) const {
    auto address = wire::parse_ip(settings_.announced_host);
    if (!address) {
        address = wire::parse_ip(local_host);
    }
    return {address.value_or(wire::IpAddress::v4({0, 0, 0, 0})), port_};
}

wire::PackedHost BinaryMessages::listening_at(const Neighbour& neighbour) const {
    return listening_at(neighbour.local_host);
}

wire::Frame BinaryMessages::ping(const Guid& id, std::uint8_t ttl) const {
    wire::PingExtensions extensions;
    if (ttl > 1) {
        extensions.wants_cached = wire::CachedPongWish{.ultrapeers = true, .ipv6_too = true};
    }
    return wire::encode_binary(
        {id, ttl, 0},
        wire::Ping{.from = {}, .introduction = {}, .extensions = wire::write_ping_extensions(extensions)});
}

wire::Frame BinaryMessages::pong(const Neighbour& to, const wire::MessageRoute& route, const Library& library,
                                 const std::optional<wire::UltrapeerSlots>& ultrapeer,
                                 std::span<const wire::PackedHost> hosts) const {
    wire::PongExtensions extensions;
    extensions.vendor = wire::own_vendor_code;
    extensions.ultrapeer = ultrapeer;
    if (extensions.ultrapeer) {
        extensions.ultrapeer->version = ultrapeer_version;
    }
    const std::string blocks = wire::write_pong_extensions(extensions, hosts);
    const wire::PackedHost here = listening_at(to);
    wire::Pong pong;
    const bool connectable = settings_.reachability == Reachability::open && settings_.may_be_remembered;
    pong.from = {{}, connectable ? here.port : std::uint16_t{0}, here.address};
    pong.files = library.files();
    pong.bytes = library.bytes();
    pong.extensions = blocks;
    return wire::encode_binary(route, pong);
}

wire::Frame BinaryMessages::bye(ByeCode code, std::string_view reason) const {
    const std::string headers = "Server: " + settings_.agent;
    return wire::encode_binary(to_neighbour({}), wire::Bye{code_of(code), reason, headers});
}

wire::Frame BinaryMessages::query(const Router::LocalQuery& query, std::uint8_t ttl) const {
    wire::Query message;
    message.text = query.text;
    message.urn = query.urn;
    return this->query({query.id, ttl, 0}, message);
}

wire::Frame BinaryMessages::query(const wire::MessageRoute& route, const wire::Query& query) const {
    wire::Query message;
    message.text = query.text;
    // By the SHA-1 alone where it is known: gtk-gnutella looks for no bitprint. URNs in the hits are not asked for
    // (HUGE, 4.1): all tell them anyway, and GnutellaBun takes "urn:" for the URN of a file that it does not have.
    message.urn = query.urn && query.urn->sha1() ? Urn(*query.urn->sha1()) : query.urn;
    message.flags = wire::QueryFlags().with(wire::QueryFlag::reads_ggep_h);
    // Who asks fetches what he is told of; for a legacy peer it is we who do.
    const bool firewalled = query.routed ? query.flags.has(wire::QueryFlag::firewalled)
                                         : settings_.reachability == Reachability::firewalled;
    if (firewalled) {
        message.flags = message.flags.with(wire::QueryFlag::firewalled);
    }
    return wire::encode_binary(route, message);
}

std::vector<wire::Frame> BinaryMessages::hits(const Neighbour& to, const wire::MessageRoute& route,
                                              const std::vector<Library::Match>& matches,
                                              std::span<const wire::PackedHost> push_proxies) const {
    const bool firewalled = settings_.reachability == Reachability::firewalled;
    wire::HitExtensions extensions;
    extensions.can_be_browsed = true;
    extensions.quic_key = key_;
    const std::string blocks =
        write_hit_extensions(extensions, firewalled ? push_proxies : std::span<const wire::PackedHost>());
    const wire::PackedHost here = listening_at(to);
    wire::QueryHit hit{.from = {{}, here.port, here.address}, .peer = identity_, .transports = {}, .results = {}};
    hit.state.firewalled = firewalled;
    hit.extensions = blocks;
    hit.results.reserve(matches.size());
    for (const Library::Match& match : matches) {
        hit.results.push_back({match.name, match.size, match.urn, static_cast<std::uint32_t>(match.file)});
    }
    return split(route, hit);
}

std::vector<wire::Frame> BinaryMessages::hits(const wire::MessageRoute& route, const wire::QueryHit& hit) const {
    wire::HitExtensions extensions;
    extensions.quic_key = hit.key;
    std::vector<wire::PackedHost> proxies;
    for (const Endpoint& proxy : push_proxies_of(hit)) {
        proxies.push_back({wire::parse_ip(proxy.host).value(), proxy.port});
    }
    const std::string blocks = write_hit_extensions(extensions, proxies);
    wire::QueryHit binary{.from = hit.from, .peer = hit.peer, .transports = {}, .results = {}};
    binary.vendor = wire::vendor_code_of(hit.client);
    binary.state.firewalled = hit.state.firewalled.value_or(false);
    binary.extensions = blocks;
    binary.results.assign(hit.results.begin(), hit.results.end());
    // JSON has no index. One that no file has makes who believes in it ask by the hash.
    std::uint32_t index = 0;
    for (wire::Result& result : binary.results) {
        result.index = index++;
    }
    return split(route, binary);
}

// Halves the results until each message has its size, or one result.
std::vector<wire::Frame> BinaryMessages::split(const wire::MessageRoute& route, wire::QueryHit& hit) const {
    std::vector<wire::Frame> frames;
    std::span<const wire::Result> rest = hit.results;
    const std::vector<wire::Result> all(rest.begin(), rest.end());
    rest = all;
    std::size_t count = rest.size();
    while (!rest.empty()) {
        count = std::min(count, rest.size());
        hit.results.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(count));
        wire::Frame frame = wire::encode_binary(route, hit);
        if (frame.size() > max_hit_size && count > 1) {
            count /= 2;
            continue;
        }
        frames.push_back(std::move(frame));
        rest = rest.subspan(count);
    }
    return frames;
}

wire::Frame BinaryMessages::push(const Neighbour& to, const Guid& id, const Guid& servent, std::uint32_t index) const {
    const wire::PackedHost here = listening_at(to);
    wire::Push push;
    push.target = servent;
    push.index = index;
    push.to = {{}, here.port, here.address};
    return wire::encode_binary({id, settings_.max_ttl, 0}, push);
}

wire::Frame BinaryMessages::messages_supported(const Guid& id) const {
    const std::string payload = wire::write_messages_supported(messages_understood);
    return wire::encode_binary(to_neighbour(id),
                               wire::vendor_message(wire::vendor_messages::messages_supported, payload));
}

wire::Frame BinaryMessages::features_supported(const Guid& id) const {
    static constexpr std::array features{wire::one_bit_patches};
    const std::string payload = wire::write_features_supported(features);
    return wire::encode_binary(to_neighbour(id),
                               wire::vendor_message(wire::vendor_messages::features_supported, payload));
}

wire::Frame BinaryMessages::push_proxy_request() const {
    // Who asks stands in the message's id (push proxies, 2.1).
    return wire::encode_binary(to_neighbour(identity_),
                               wire::vendor_message(wire::vendor_messages::push_proxy_request, {}));
}

wire::Frame BinaryMessages::push_proxy_acknowledgement(const Neighbour& to, const Guid& servent) const {
    const std::string payload = wire::write_push_proxy_acknowledgement(listening_at(to));
    return wire::encode_binary(to_neighbour(servent),
                               wire::vendor_message(wire::vendor_messages::push_proxy_acknowledgement, payload));
}

}  // namespace gnutella::overlay
