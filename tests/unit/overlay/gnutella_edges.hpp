#pragma once

#include "overlay/router_fixture.hpp"
#include "wire/gnutella/vendor_messages.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::overlay {

inline const wire::IpAddress somewhere = wire::IpAddress::v4({10, 5, 5, 5});

class GnutellaEdges : public RouterFixture {
  protected:
    /// Opens one that pings us for nothing, and is pinged for hosts. @return the id of that ping.
    Guid open_and_be_pinged(SessionId id, const wire::HandshakeHeaders& headers) {
        Router::Start start = start_of(id, Direction::incoming);
        start.dialect = Dialect::gnutella;
        start.handshake = headers;
        router().opened(start, now, out);
        tick();
        const auto pings = sent_of<wire::Ping>(id);
        EXPECT_THAT(pings, testing::SizeIs(1));
        const Guid ping = pings.at(0)->message.id;
        out.clear();
        return ping;
    }
    Guid open_and_be_pinged(SessionId id) { return open_and_be_pinged(id, headers_of(id, Role::ultrapeer)); }

    void receive_ping(SessionId from, std::uint8_t ttl, std::uint8_t hops = 0, std::string_view extensions = {}) {
        receive(from, wire::encode_binary({numbered(500), ttl, hops}, wire::Ping{{}, {}, extensions}));
    }
    void receive_pong(SessionId from, const Guid& ping, wire::IpAddress host, std::uint16_t port, std::uint8_t hops = 1,
                      std::string_view extensions = {}) {
        wire::Pong pong;
        pong.from = {{}, port, host};
        pong.files = 5;
        pong.extensions = extensions;
        receive(from, wire::encode_binary({ping, 1, hops}, pong));
    }
    void receive_vendor(SessionId from, const wire::VendorMessageId& kind, std::string_view payload,
                        const Guid& id = numbered(3)) {
        receive(from, wire::encode_binary({id, 1, 0}, wire::vendor_message(kind, payload)));
    }
    static std::string speaks_of_push_proxies() {
        return wire::write_messages_supported(std::vector{wire::vendor_messages::push_proxy_request});
    }
    static wire::Frame push_for(const Guid& servent, std::uint8_t ttl = 4, std::uint8_t hops = 1) {
        wire::Push push;
        push.target = servent;
        push.to = {{}, 6'346, wire::IpAddress::v4({10, 9, 9, 9})};
        return wire::encode_binary({numbered(600), ttl, hops}, push);
    }
    /// As binary_hit(), from any servent at any place.
    static wire::Frame hit_of(const Guid& servent, wire::IpAddress host, std::uint16_t port, std::uint8_t hops = 1,
                              std::string_view extensions = {}, std::string_view name = "song", std::uint8_t ttl = 4) {
        wire::QueryHit hit{.from = {{}, port, host}, .peer = servent, .transports = {}, .results = {}};
        hit.vendor = "GTKG";
        hit.state.firewalled = false;
        hit.extensions = extensions;
        hit.results.push_back({name, 100, some_urn(), 77});
        return wire::encode_binary({numbered(100), ttl, hops}, hit);
    }
    static std::string json_hit(std::string_view results, int port = 8'030) {
        return R"({"type":"QUERY-HIT","host":"10.7.7.7","port":)" + std::to_string(port) + R"(,"hasFile":true,"id":")" +
               numbered(100).to_string() + R"(","results":)" + std::string(results) + "}";
    }
};

}  // namespace gnutella::overlay
