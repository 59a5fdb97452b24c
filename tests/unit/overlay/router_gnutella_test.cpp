#include "overlay/router_fixture.hpp"
#include "wire/gnutella/pong_extensions.hpp"
#include "wire/gnutella/vendor_messages.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

class RouterGnutella : public RouterFixture {
  protected:
    void receive_ping(SessionId from, std::uint8_t ttl, std::uint8_t hops = 0, std::string_view extensions = {}) {
        receive(from, wire::encode_binary({numbered(500), ttl, hops}, wire::Ping{{}, {}, extensions}));
    }
    /// A pong to the last ping for hosts that was sent to that session.
    void receive_pong(SessionId from, wire::IpAddress host, std::uint16_t port, std::uint8_t hops = 1,
                      std::string_view extensions = {}) {
        wire::Pong pong;
        pong.from = {{}, port, host};
        pong.files = 5;
        pong.bytes = 2048;
        pong.extensions = extensions;
        receive(from, wire::encode_binary({ping_ids.at(from), 1, hops}, pong));
    }
    /// Opens one, and remembers the id of the ping for hosts that it is sent.
    void open_and_be_pinged(SessionId id, Role role = Role::ultrapeer) {
        Router::Start start = start_of(id, Direction::incoming);
        start.dialect = Dialect::gnutella;
        start.handshake = headers_of(id, role);
        router().opened(start, now, out);
        tick();
        const auto pings = sent_of<wire::Ping>(id);
        if (!pings.empty()) {
            ping_ids[id] = pings.front()->message.id;
        }
        out.clear();
    }

    std::map<SessionId, Guid> ping_ids;
};

TEST_F(RouterGnutella, ASessionIsOpenAtOnce) {
    Router::Start start = start_of(1, Direction::incoming);
    start.dialect = Dialect::gnutella;
    start.handshake = headers_of(1, Role::leaf);
    router().opened(start, now, out);
    ASSERT_THAT(out.opened, SizeIs(1));
    const SessionInfo& info = out.opened[0].info;
    EXPECT_EQ(info.dialect, Dialect::gnutella);
    EXPECT_EQ(info.role, Role::leaf);
    EXPECT_EQ(info.agent, "gtk-gnutella/1.2.3");
    EXPECT_EQ(info.peer, numbered(1));
    EXPECT_EQ(info.listens, (Endpoint{"10.0.0.1", 7001}));
    EXPECT_THAT(router().known_hosts(), IsEmpty()) << "a leaf takes no sessions";
}

TEST_F(RouterGnutella, AnUltrapeerThatComesIsRememberedWhereItListens) {
    open_gnutella(1, Role::ultrapeer);
    EXPECT_EQ(router().known_hosts(), (std::vector<KnownHost>{{Endpoint{"10.0.0.1", 7001}, Dialect::gnutella}}));
}

TEST_F(RouterGnutella, BoundsHoldWhenTwoHandshakesWereJudgedAtOnce) {
    settings.max_ultrapeers = 1;
    open_gnutella(1, Role::ultrapeer);
    Router::Start start = start_of(2, Direction::incoming);
    start.dialect = Dialect::gnutella;
    start.handshake = headers_of(2, Role::ultrapeer);
    router().opened(start, now, out);
    ASSERT_THAT(out.closes, SizeIs(1));
    EXPECT_EQ(out.closes[0].reason, Error::too_many_sessions);
    ASSERT_THAT(sent_of<wire::Bye>(2), SizeIs(1));
    EXPECT_EQ(sent_of<wire::Bye>(2)[0]->as<wire::Bye>()->code, 503);
    EXPECT_EQ(router().counters().refused_connections, 1U);
    EXPECT_THAT(router().sessions(), SizeIs(1));
}

TEST_F(RouterGnutella, OfSessionsThatCrossedBothEndsKeepTheSame) {
    // The far end has the greater identity: what it opened is kept, whichever is seen first.
    for (const bool ours_first : {true, false}) {
        Router peer(settings, identity, own_port, 42);
        wire::HandshakeHeaders theirs = headers_of(1, Role::ultrapeer);
        theirs.guid->bytes.fill(0xFF);
        Actions actions;
        for (const bool ours : {ours_first, !ours_first}) {
            Router::Start start = start_of(ours ? 1 : 2, ours ? Direction::outgoing : Direction::incoming);
            start.dialect = Dialect::gnutella;
            start.handshake = theirs;
            peer.opened(start, now, actions);
        }
        ASSERT_THAT(peer.sessions(), SizeIs(1));
        EXPECT_EQ(peer.sessions()[0].direction, Direction::incoming);
    }
}

TEST_F(RouterGnutella, ByeSaysWhyWithTheCodesOfTheSpecification) {
    open_gnutella(1, Role::ultrapeer);
    router().disconnect(1, "enough", now, out);
    const auto byes = sent_of<wire::Bye>(1);
    ASSERT_THAT(byes, SizeIs(1));
    EXPECT_EQ(byes[0]->as<wire::Bye>()->code, 200);
    EXPECT_EQ(byes[0]->as<wire::Bye>()->reason, "enough");
    EXPECT_EQ(byes[0]->message.ttl, 1);
    EXPECT_EQ(byes[0]->message.hops, 0);
}

TEST_F(RouterGnutella, WhoDoesNotKnowByeIsSentNone) {
    wire::HandshakeHeaders headers = headers_of(1, Role::ultrapeer);
    headers.bye_packet.reset();
    open_gnutella(1, headers);
    router().disconnect(1, "enough", now, out);
    EXPECT_THAT(out.sends, IsEmpty());
    EXPECT_THAT(out.closes, SizeIs(1));
}

TEST_F(RouterGnutella, AByeEndsTheSession) {
    open_gnutella(1, Role::ultrapeer);
    receive(1, wire::encode_binary({numbered(9), 1, 0}, wire::Bye{200, "going", {}}));
    ASSERT_THAT(out.closed, SizeIs(1));
    EXPECT_EQ(out.closed[0].reason, Error::left);
    EXPECT_EQ(out.closed[0].text, "going");
}

TEST_F(RouterGnutella, SilenceIsPingedWithTtl1AndThenGivenUp) {
    open_gnutella(1, Role::leaf);
    now += settings.ping_interval;
    tick();
    auto pings = sent_of<wire::Ping>(1);
    ASSERT_THAT(pings, SizeIs(1));
    EXPECT_EQ(pings[0]->message.ttl, 1);
    wire::Pong pong;
    pong.from = {{}, 7001, wire::IpAddress::v4({10, 0, 0, 1})};
    pong.files = 7;
    receive(1, wire::encode_binary({pings[0]->message.id, 1, 0}, pong));
    EXPECT_EQ(router().session(1)->files, 7U);
    EXPECT_EQ(router().counters().unexpected_pongs, 0U);
    for (int unanswered = 0; unanswered < 3; ++unanswered) {
        EXPECT_THAT(out.closes, IsEmpty());
        now += settings.ping_interval;
        tick();
    }
    ASSERT_THAT(out.closes, SizeIs(1));
    EXPECT_EQ(out.closes[0].reason, Error::silent);
    EXPECT_EQ(sent_of<wire::Bye>(1).at(0)->as<wire::Bye>()->code, 406);
}

TEST_F(RouterGnutella, APingWithTtl1IsAnsweredWithWhatIsHere) {
    library.add("a", 3'000);
    open_gnutella(1, Role::leaf);
    receive_ping(1, 1);
    const auto pongs = sent_of<wire::Pong>(1);
    ASSERT_THAT(pongs, SizeIs(1));
    EXPECT_EQ(pongs[0]->message.id, numbered(500));
    const auto& pong = *pongs[0]->as<wire::Pong>();
    EXPECT_EQ(pong.from.address, wire::IpAddress::v4({10, 0, 1, 1}));
    EXPECT_EQ(pong.from.port, own_port);
    EXPECT_EQ(pong.files, 1U);
    EXPECT_EQ(pong.bytes, 3 * 1024U);
    std::pmr::monotonic_buffer_resource memory;
    const auto extensions = wire::read_pong_extensions(pong.extensions, memory);
    ASSERT_TRUE(extensions.ultrapeer);
    EXPECT_EQ(extensions.ultrapeer->leaves, settings.max_leaves - 1);
    EXPECT_EQ(extensions.ultrapeer->ultrapeers, settings.max_ultrapeers);
    EXPECT_TRUE(extensions.hosts.empty()) << "they were not asked for";
}

TEST_F(RouterGnutella, APingIsAnsweredWithThePongsOfOthers) {
    open_and_be_pinged(1);
    open_and_be_pinged(2);
    receive_pong(1, wire::IpAddress::v4({10, 5, 5, 5}), 6346, 2);
    receive_pong(2, wire::IpAddress::v4({10, 6, 6, 6}), 6346, 2);
    out.clear();
    receive_ping(2, 7);
    const auto pongs = sent_of<wire::Pong>(2);
    ASSERT_THAT(pongs, SizeIs(2)) << "ours, and what the other has told";
    EXPECT_EQ(pongs[1]->as<wire::Pong>()->from.address, wire::IpAddress::v4({10, 5, 5, 5}));
    EXPECT_EQ(pongs[1]->message.id, numbered(500));
    EXPECT_EQ(pongs[1]->message.hops, 3);
    EXPECT_EQ(pongs[1]->message.ttl, 4) << "seven in all";
    EXPECT_EQ(pongs[1]->as<wire::Pong>()->files, 5U);
}

TEST_F(RouterGnutella, ACrawlerIsToldOfTheNeighboursAlone) {
    open_and_be_pinged(1);
    open_and_be_pinged(2);
    receive_pong(1, wire::IpAddress::v4({10, 5, 5, 5}), 6346, 2);
    receive_pong(1, wire::IpAddress::v4({10, 0, 0, 1}), 7001, 0);
    out.clear();
    receive_ping(2, 2);
    const auto pongs = sent_of<wire::Pong>(2);
    ASSERT_THAT(pongs, SizeIs(2));
    EXPECT_EQ(pongs[1]->as<wire::Pong>()->from.address, wire::IpAddress::v4({10, 0, 0, 1}));
}

TEST_F(RouterGnutella, WhoAsksForHostsInAPongGetsThemInOne) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    wire::PingExtensions wish;
    wish.wants_cached = wire::CachedPongWish{};
    receive_ping(2, 1, 0, wire::write_ping_extensions(wish));
    const auto pongs = sent_of<wire::Pong>(2);
    ASSERT_THAT(pongs, SizeIs(1));
    std::pmr::monotonic_buffer_resource memory;
    const auto extensions = wire::read_pong_extensions(pongs[0]->as<wire::Pong>()->extensions, memory);
    ASSERT_EQ(extensions.hosts.size(), 1U) << "not itself";
    EXPECT_EQ(extensions.hosts[0], (wire::PackedHost{wire::IpAddress::v4({10, 0, 0, 1}), 7001}));
}

TEST_F(RouterGnutella, PingsThatComeTooOftenAreNotAnswered) {
    open_gnutella(1, Role::ultrapeer);
    for (int i = 0; i < 100; ++i) {
        receive_ping(1, 1);
    }
    EXPECT_THAT(sent_of<wire::Pong>(1), SizeIs(5));
    EXPECT_EQ(router().counters().excess_pings, 95U);
}

TEST_F(RouterGnutella, HowManyPingsAreTooManyIsASetting) {
    settings.ping_burst = 30;
    open_gnutella(1, Role::ultrapeer);
    for (int i = 0; i < 100; ++i) {
        receive_ping(1, 1);
    }
    EXPECT_EQ(router().counters().excess_pings, 70U);
}

TEST_F(RouterGnutella, APongThatNobodyAskedForTellsNothing) {
    open_gnutella(1, Role::ultrapeer);
    ping_ids[1] = numbered(4);
    receive_pong(1, wire::IpAddress::v4({10, 5, 5, 5}), 6346);
    EXPECT_EQ(router().counters().unexpected_pongs, 1U);
    EXPECT_THAT(router().known_hosts(), SizeIs(1));
}

TEST_F(RouterGnutella, OnePingBringsABoundedNumberOfPongs) {
    open_and_be_pinged(1);
    for (std::uint16_t port = 1; port <= 1'000; ++port) {
        receive_pong(1, wire::IpAddress::v4({10, 5, 5, 5}), port);
    }
    EXPECT_GE(router().counters().unexpected_pongs, 900U);
    EXPECT_LE(router().known_hosts().size(), 101U);
}

TEST_F(RouterGnutella, StrangersDoNotSendUsIntoOurOwnNetwork) {
    Router::Start start = start_of(1, Direction::incoming);
    start.dialect = Dialect::gnutella;
    start.handshake = headers_of(1, Role::ultrapeer);
    start.remote = {"192.0.2.1", 50'000};
    start.remote_address = wire::IpAddress::v4({192, 0, 2, 1});
    router().opened(start, now, out);
    tick();
    ping_ids[1] = sent_of<wire::Ping>(1).at(0)->message.id;
    receive_pong(1, wire::IpAddress::v4({10, 5, 5, 5}), 6346);
    receive_pong(1, wire::IpAddress::v4({127, 0, 0, 1}), 6346);
    receive_pong(1, wire::IpAddress::v4({224, 0, 0, 1}), 6346);
    receive_pong(1, wire::IpAddress::v4({198, 51, 100, 7}), 0);
    receive_pong(1, wire::IpAddress::v4({198, 51, 100, 7}), 6346);
    EXPECT_THAT(router().known_hosts(),
                testing::UnorderedElementsAre(KnownHost{Endpoint{"192.0.2.1", 7001}, Dialect::gnutella},
                                              KnownHost{Endpoint{"198.51.100.7", 6346}, Dialect::gnutella}));
}

TEST_F(RouterGnutella, PongsNeverDriveOutHostsThatWereReached) {
    settings.max_known_hosts = 3;
    open_gnutella(5, Role::ultrapeer, Direction::outgoing);
    open_gnutella(6, Role::ultrapeer, Direction::outgoing);
    open_and_be_pinged(1);
    for (std::uint16_t port = 1; port <= 20; ++port) {
        receive_pong(1, wire::IpAddress::v4({10, 5, 5, 5}), port);
    }
    EXPECT_THAT(router().known_hosts(), SizeIs(3));
    EXPECT_THAT(router().known_hosts(), Contains(KnownHost{Endpoint{"10.0.0.5", 50'000}, Dialect::gnutella}));
    EXPECT_THAT(router().known_hosts(), Contains(KnownHost{Endpoint{"10.0.0.6", 50'000}, Dialect::gnutella}));
}

TEST_F(RouterGnutella, HostsInsideOfAPongAreRemembered) {
    open_and_be_pinged(1);
    const std::vector<wire::PackedHost> hosts{{wire::IpAddress::v4({10, 7, 7, 7}), 6347},
                                              {wire::IpAddress::v4({0, 0, 0, 0}), 6347}};
    receive_pong(1, wire::IpAddress::v4({10, 5, 5, 5}), 6346, 1, wire::write_pong_extensions({}, hosts));
    EXPECT_THAT(router().known_hosts(), Contains(KnownHost{Endpoint{"10.7.7.7", 6347}, Dialect::gnutella}));
    EXPECT_THAT(router().known_hosts(), Not(Contains(KnownHost{Endpoint{"0.0.0.0", 6347}, Dialect::gnutella})));
}

TEST_F(RouterGnutella, SaysWhichVendorMessagesItKnows) {
    Router::Start start = start_of(1, Direction::incoming);
    start.dialect = Dialect::gnutella;
    start.handshake = headers_of(1, Role::ultrapeer);
    router().opened(start, now, out);
    const auto sent = sent_of<wire::VendorMessage>(1);
    ASSERT_THAT(sent, SizeIs(2));
    EXPECT_TRUE(wire::is(*sent[0]->as<wire::VendorMessage>(), wire::vendor_messages::messages_supported));
    const auto known = wire::read_messages_supported(sent[0]->as<wire::VendorMessage>()->payload);
    ASSERT_TRUE(known);
    EXPECT_THAT(*known, Contains(wire::vendor_messages::hops_flow));
    EXPECT_TRUE(wire::is(*sent[1]->as<wire::VendorMessage>(), wire::vendor_messages::features_supported));
    EXPECT_EQ(sent[0]->message.ttl, 1);
}

TEST_F(RouterGnutella, WhoKnowsNoVendorMessagesIsSentNone) {
    wire::HandshakeHeaders headers = headers_of(1, Role::ultrapeer);
    headers.vendor_message.reset();
    Router::Start start = start_of(1, Direction::incoming);
    start.dialect = Dialect::gnutella;
    start.handshake = headers;
    router().opened(start, now, out);
    EXPECT_THAT(sent_of<wire::VendorMessage>(1), IsEmpty());
}

TEST_F(RouterGnutella, UnknownVendorMessagesAreCounted) {
    open_gnutella(1, Role::leaf);
    receive(1,
            wire::encode_binary({numbered(1), 1, 0}, wire::vendor_message({{'X', 'Y', 'Z', 'W'}, 3, 1}, "anything")));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unknown_messages, 1U);
}

TEST_F(RouterGnutella, MessagesOfTheOtherDialectAreNotHandled) {
    open_gnutella(1, Role::ultrapeer);
    receive(1, query_json(numbered(77), "song"));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unknown_messages, 1U);
}

}  // namespace
}  // namespace gnutella::overlay
