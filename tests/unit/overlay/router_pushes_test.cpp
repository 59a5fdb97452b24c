#include "overlay/push_guard.hpp"
#include "overlay/router_fixture.hpp"
#include "wire/gnutella/hit_extensions.hpp"
#include "wire/gnutella/vendor_messages.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class RouterPushes : public RouterFixture {
  protected:
    static wire::Frame push_for(const Guid& servent, wire::IpAddress to = wire::IpAddress::v4({10, 9, 9, 9}),
                                std::uint16_t port = 6'346, std::uint8_t ttl = 4, std::uint8_t hops = 1) {
        wire::Push push;
        push.target = servent;
        push.index = 12;
        push.to = {{}, port, to};
        return wire::encode_binary({numbered(600), ttl, hops}, push);
    }
    /// A query of session 1's is answered over session 2, by servent_of_hits().
    void let_a_hit_pass() {
        open_gnutella(1, Role::ultrapeer);
        open_gnutella(2, Role::ultrapeer);
        receive(1, binary_query(numbered(100), "song"));
        receive(2, binary_hit(numbered(100), "song", some_urn()));
        out.clear();
    }
};

TEST_F(RouterPushes, GoBackAlongTheWayThatTheHitCame) {
    let_a_hit_pass();
    receive(1, push_for(servent_of_hits()));
    const auto pushes = sent_of<wire::Push>(2);
    ASSERT_THAT(pushes, SizeIs(1));
    EXPECT_EQ(pushes[0]->message.ttl, 3);
    EXPECT_EQ(pushes[0]->message.hops, 2);
    EXPECT_EQ(pushes[0]->as<wire::Push>()->index, 12U);
    EXPECT_EQ(router().counters().pushes_routed, 1U);
}

TEST_F(RouterPushes, ToNobodyAreDroppedAndCounted) {
    let_a_hit_pass();
    receive(1, push_for(numbered(4'000)));
    receive(2, push_for(servent_of_hits()));  // back to where it came from
    receive(1, push_for(servent_of_hits(), wire::IpAddress::v4({10, 9, 9, 9}), 6'346, 1, 3));  // its TTL is used up
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unroutable_pushes, 3U);
}

TEST_F(RouterPushes, TheWayIsGoneWithTheSession) {
    let_a_hit_pass();
    router().closed(2, Error::lost, now, out);
    out.clear();
    receive(1, push_for(servent_of_hits()));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unroutable_pushes, 1U);
}

TEST_F(RouterPushes, AnotherWayIsLearntWhenTheOldOneIsGone) {
    let_a_hit_pass();
    open_gnutella(3, Role::ultrapeer);
    router().closed(2, Error::lost, now, out);
    receive(3, binary_hit(numbered(100), "song", some_urn()));
    out.clear();
    receive(1, push_for(servent_of_hits()));
    EXPECT_THAT(sent_of<wire::Push>(3), SizeIs(1));
}

TEST_F(RouterPushes, OneForThisNodeIsHeeded) {
    open_gnutella(1, Role::ultrapeer);
    receive(1, push_for(identity));
    ASSERT_THAT(out.pushes, SizeIs(1));
    EXPECT_EQ(out.pushes[0].to, (Endpoint{"10.9.9.9", 6'346}));
    EXPECT_EQ(out.pushes[0].index, 12U);
    EXPECT_EQ(router().counters().pushes_heeded, 1U);
}

TEST_F(RouterPushes, CannotBeUsedToAimUsAtOthers) {
    open_gnutella(1, Role::ultrapeer);
    receive(1, push_for(identity, wire::IpAddress::v4({10, 9, 9, 9}), 25));
    receive(1, push_for(identity, wire::IpAddress::v4({127, 0, 0, 1}), 6'346));
    receive(1, push_for(identity, wire::IpAddress::v4({224, 0, 0, 1}), 6'346));
    receive(1, push_for(identity, wire::IpAddress::v4({0, 0, 0, 0}), 6'346));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().refused_pushes, 4U);
    for (int i = 0; i < 100; ++i) {
        receive(1, push_for(identity));
    }
    EXPECT_THAT(out.pushes, SizeIs(PushGuard::max_per_address));
    EXPECT_EQ(router().counters().excess_pushes, 100U - PushGuard::max_per_address);
    out.clear();
    now += 1s;
    receive(1, push_for(identity));
    EXPECT_THAT(out.pushes, SizeIs(1));
}

TEST_F(RouterPushes, OfOurOwnGoTheWayThatTheHitCame) {
    open_gnutella(1, Role::ultrapeer);
    EXPECT_FALSE(router().push(servent_of_hits(), 77, now, out));
    router().start_query({numbered(70), "song", {}, 9'000}, now, out);
    receive(1, binary_hit(numbered(70), "song", some_urn(), 100, true));
    ASSERT_THAT(out.hits, SizeIs(1));
    const Hit hit = out.hits[0].hit;
    out.clear();
    ASSERT_TRUE(router().push(*hit.peer, hit.index, now, out));
    const auto pushes = sent_of<wire::Push>(1);
    ASSERT_THAT(pushes, SizeIs(1));
    const auto& push = *pushes[0]->as<wire::Push>();
    EXPECT_EQ(push.target, servent_of_hits());
    EXPECT_EQ(push.index, 77U);
    EXPECT_EQ(push.to.address, wire::IpAddress::v4({10, 0, 1, 1}));
    EXPECT_EQ(push.to.port, own_port);
}

TEST_F(RouterPushes, AnUltrapeerIsTheProxyOfALeafThatAsks) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::leaf);
    receive(2, wire::encode_binary({numbered(2), 1, 0},
                                   wire::vendor_message(wire::vendor_messages::push_proxy_request, {})));
    const auto answers = sent_of<wire::VendorMessage>(2);
    ASSERT_THAT(answers, SizeIs(1));
    const auto& answer = *answers[0]->as<wire::VendorMessage>();
    EXPECT_TRUE(wire::is(answer, wire::vendor_messages::push_proxy_acknowledgement));
    EXPECT_EQ(answers[0]->message.id, numbered(2));
    EXPECT_EQ(wire::read_push_proxy_acknowledgement(answer.payload),
              (wire::PackedHost{wire::IpAddress::v4({10, 0, 1, 2}), own_port}));
    out.clear();
    now += 24h;  // as long as it stays
    receive(1, push_for(numbered(2), wire::IpAddress::v4({10, 9, 9, 9}), 6'346, 1));
    EXPECT_THAT(sent_of<wire::Push>(2), SizeIs(1));
}

TEST_F(RouterPushes, ANeighbourIsToldOfWhoAsksForItOverHttp) {
    open_gnutella(1, Role::leaf);
    const Guid leaf = router().session(1)->peer.value();
    EXPECT_TRUE(router().proxy_push(leaf, 12, {"10.9.9.9", 6'346}, now, out));
    const auto pushes = sent_of<wire::Push>(1);
    ASSERT_THAT(pushes, SizeIs(1));
    EXPECT_EQ(pushes[0]->as<wire::Push>()->target, leaf);
    EXPECT_EQ(pushes[0]->as<wire::Push>()->index, 12U);
    EXPECT_EQ(pushes[0]->as<wire::Push>()->to.address, wire::IpAddress::v4({10, 9, 9, 9}));
    EXPECT_EQ(pushes[0]->as<wire::Push>()->to.port, 6'346);
    out.clear();
    EXPECT_FALSE(router().proxy_push(numbered(4'000), 12, {"10.9.9.9", 6'346}, now, out));
    EXPECT_TRUE(out.empty());
}

TEST_F(RouterPushes, NobodyIsTheProxyOfWhoSaysHeIsAnother) {
    open_gnutella(2, Role::leaf);
    receive(2, wire::encode_binary({numbered(3), 1, 0},
                                   wire::vendor_message(wire::vendor_messages::push_proxy_request, {})));
    EXPECT_TRUE(out.empty());
}

TEST_F(RouterPushes, AFirewalledNodeAsksForAProxyAndNamesItInItsHits) {
    settings.reachability = Reachability::firewalled;
    library.add("song", 100, some_urn());
    open_gnutella(1, Role::ultrapeer);
    const std::vector supported{wire::vendor_messages::push_proxy_request};
    const std::string payload = wire::write_messages_supported(supported);
    for (int twice = 0; twice < 2; ++twice) {
        receive(1, wire::encode_binary({numbered(3), 1, 0},
                                       wire::vendor_message(wire::vendor_messages::messages_supported, payload)));
    }
    const auto asked = sent_of<wire::VendorMessage>(1);
    ASSERT_THAT(asked, SizeIs(1));
    EXPECT_TRUE(wire::is(*asked[0]->as<wire::VendorMessage>(), wire::vendor_messages::push_proxy_request));
    EXPECT_EQ(asked[0]->message.id, identity);
    const std::string proxy = wire::write_push_proxy_acknowledgement({wire::IpAddress::v4({10, 0, 0, 1}), 7'001});
    receive(1, wire::encode_binary({identity, 1, 0},
                                   wire::vendor_message(wire::vendor_messages::push_proxy_acknowledgement, proxy)));
    out.clear();
    receive(1, binary_query(numbered(100), "song"));
    const auto hits = sent_of<wire::QueryHit>(1);
    ASSERT_THAT(hits, SizeIs(1));
    const auto& hit = *hits[0]->as<wire::QueryHit>();
    EXPECT_EQ(hit.state.firewalled, true);
    std::pmr::monotonic_buffer_resource memory;
    const auto extensions = wire::read_hit_extensions(hit.extensions, memory);
    ASSERT_EQ(extensions.push_proxies.size(), 1U);
    EXPECT_EQ(extensions.push_proxies[0], (wire::PackedHost{wire::IpAddress::v4({10, 0, 0, 1}), 7'001}));
}

TEST_F(RouterPushes, AProxyThatWasNotAskedIsNone) {
    settings.reachability = Reachability::firewalled;
    library.add("song", 100, some_urn());
    open_gnutella(1, Role::ultrapeer);
    const std::string proxy = wire::write_push_proxy_acknowledgement({wire::IpAddress::v4({10, 6, 6, 6}), 7'001});
    receive(1, wire::encode_binary({identity, 1, 0},
                                   wire::vendor_message(wire::vendor_messages::push_proxy_acknowledgement, proxy)));
    EXPECT_EQ(router().counters().unknown_messages, 1U);
}

TEST_F(RouterPushes, TheWaysAreBounded) {
    settings.max_push_routes = 100;
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(1, binary_query(numbered(100), "song"));
    for (std::uint32_t servent = 1; servent <= 1'000; ++servent) {
        wire::QueryHit hit{.from = {{}, 6346, wire::IpAddress::v4({10, 8, 8, 8})},
                           .peer = numbered(10'000 + servent),
                           .transports = {},
                           .results = {}};
        hit.results.push_back({"song", 1, some_urn(), 1});
        receive(2, wire::encode_binary({numbered(100), 4, 1}, hit));
    }
    out.clear();
    receive(1, push_for(numbered(10'001)));
    EXPECT_THAT(sent_of<wire::Push>(2), IsEmpty()) << "forgotten";
    receive(1, push_for(numbered(11'000)));
    EXPECT_THAT(sent_of<wire::Push>(2), SizeIs(1));
}

}  // namespace
}  // namespace gnutella::overlay
