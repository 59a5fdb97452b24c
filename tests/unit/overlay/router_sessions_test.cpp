#include "overlay/router_fixture.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

struct RouterSessions : RouterFixture {
    void expect_closed(SessionId id, error_code reason) const {
        ASSERT_THAT(out.closes, SizeIs(1));
        EXPECT_EQ(out.closes[0].session, id);
        EXPECT_EQ(out.closes[0].reason, reason);
        ASSERT_THAT(out.closed, SizeIs(1));
        EXPECT_EQ(out.closed[0].info.id, id);
        EXPECT_EQ(out.closed[0].reason, reason);
    }
    void expect_bye(SessionId id, int code) const {
        const auto objects = sent(id);
        ASSERT_FALSE(objects.empty());
        EXPECT_EQ(text_of(objects.back(), "type"), "BYE");
        EXPECT_EQ(objects.back().at("code"), code);
        EXPECT_NE(text_of(objects.back(), "reason"), "");
    }
    void tick_at(TimePoint when) {
        now = when;
        out.clear();
        router().tick(now, library, out);
    }
};

TEST_F(RouterSessions, AnOutgoingOneIsGreetedWithAPing) {
    connect(1, Direction::outgoing);
    const auto ping = only_sent(1);
    EXPECT_EQ(text_of(ping, "type"), "PING");
    EXPECT_EQ(text_of(ping, "host"), "10.0.1.1") << "our end of this session";
    EXPECT_EQ(ping.at("port"), own_port);
    EXPECT_EQ(ping.at("v"), 1);
    EXPECT_EQ(text_of(ping, "agent"), settings.agent);
    EXPECT_EQ(text_of(ping, "peer"), identity.to_string());
    EXPECT_TRUE(Guid::parse(text_of(ping, "id")));
    EXPECT_EQ(out.sends[0].priority, Priority::control);
    EXPECT_THAT(out.opened, IsEmpty());
}

TEST_F(RouterSessions, TheHostInSettingsIsAnnouncedInPlaceOfTheAddress) {
    settings.announced_host = "gnutella.example";
    connect(1, Direction::outgoing);
    EXPECT_EQ(text_of(only_sent(1), "host"), "gnutella.example");
}

TEST_F(RouterSessions, AnOutgoingOneOpensWithItsPong) {
    connect(1, Direction::outgoing, Endpoint{"friend", 8025});
    const std::string id = id_of_ping_to(1);
    now += 20ms;
    receive(1, R"({"type":"PONG","host":"friend","port":8030,"id":")" + id +
                   R"(","v":1,"agent":"oth\r\n\u001Ber/2","peer":")" + numbered(5).to_string() +
                   R"(","files":3,"bytes":1000,"hosts":["10.1.1.1:81","bad host","[2001:db8::1]:82"]})");
    ASSERT_THAT(out.opened, SizeIs(1));
    const SessionInfo& info = out.opened[0].info;
    EXPECT_EQ(info.id, 1U);
    EXPECT_EQ(info.direction, Direction::outgoing);
    EXPECT_FALSE(info.legacy);
    EXPECT_EQ(info.remote, (Endpoint{"10.0.0.1", 50'000}));
    EXPECT_EQ(info.listens, (Endpoint{"friend", 8030}));
    EXPECT_EQ(info.agent, "other/2") << "as one line, without what a terminal would obey";
    EXPECT_EQ(info.peer, numbered(5));
    EXPECT_EQ(info.files, 3U);
    EXPECT_EQ(info.bytes, 1000U);
    EXPECT_EQ(info.round_trip, 20ms);
    EXPECT_THAT(router().sessions(), SizeIs(1));
    EXPECT_THAT(router().known_hosts(),
                testing::UnorderedElementsAre(KnownHost{Endpoint{"10.0.0.1", 8030}, Dialect::json},
                                              Endpoint{"10.1.1.1", 81}, Endpoint{"2001:db8::1", 82}));
    EXPECT_EQ(router().known_hosts().front().host, (Endpoint{"10.0.0.1", 8030}));
}

TEST_F(RouterSessions, AnIncomingOneOpensWithThePingAndAnswersIt) {
    library.add("song", 12);
    open(9);
    connect(1);
    EXPECT_THAT(out.sends, IsEmpty());
    receive(1, R"({"type":"PING","host":"10.0.0.1","port":8030,"id":"any text","v":1,"peer":")" +
                   numbered(5).to_string() + R"("})");
    const auto pong = only_sent(1);
    EXPECT_EQ(text_of(pong, "type"), "PONG");
    EXPECT_EQ(text_of(pong, "id"), "any text") << "as it was written";
    EXPECT_EQ(text_of(pong, "host"), "10.0.1.1");
    EXPECT_EQ(pong.at("port"), own_port);
    EXPECT_EQ(pong.at("v"), 1);
    EXPECT_EQ(text_of(pong, "peer"), identity.to_string());
    EXPECT_EQ(pong.at("files"), 1);
    EXPECT_EQ(pong.at("bytes"), 12);
    EXPECT_EQ(pong.at("hosts"), boost::json::array({"10.0.0.9:7009"}));
    ASSERT_THAT(out.opened, SizeIs(1));
    EXPECT_EQ(out.opened[0].info.peer, numbered(5));
    EXPECT_FALSE(out.opened[0].info.legacy);
}

TEST_F(RouterSessions, APongNamesTenHostsAndNotTheOneItGoesTo) {
    for (SessionId id = 1; id <= 20; ++id) {
        open(id);
    }
    receive(20, R"({"type":"PING","host":"10.0.0.20","port":7020,"id":"x","v":1})");
    const auto hosts = only_sent(20).at("hosts").as_array();
    EXPECT_EQ(hosts.size(), 10U);
    EXPECT_EQ(hosts.front(), "10.0.0.19:7019");
}

TEST_F(RouterSessions, HostsOfAPongAreThoseThatItsSenderMayNameAndOthersAreToldNoMore) {
    Router::Start start = start_of(1, Direction::outgoing);
    start.remote = {"198.51.100.1", 50'000};
    start.remote_address = wire::IpAddress::v4({198, 51, 100, 1});
    router().opened(start, now, out);
    const std::string pong =
        R"({"type":"PONG","host":"198.51.100.1","port":7001,"v":1,"id":")" + id_of_ping_to(1) +
        R"(","hosts":["127.0.0.1:6379","192.168.1.1:80","255.255.255.255:25","a.name.invalid:80","203.0.113.9:8025"]})";
    receive(1, pong);
    out.clear();
    std::vector<std::string> known;
    for (const KnownHost& host : router().known_hosts()) {
        known.push_back(host.host.to_string());
    }
    EXPECT_THAT(known, testing::UnorderedElementsAre("198.51.100.1:7001", "203.0.113.9:8025"));
    open(2);
    open(3);
    receive(1, R"({"type":"PING","host":"198.51.100.1","port":7001,"id":"x","v":1})");
    EXPECT_EQ(only_sent(1).at("hosts"), boost::json::array({"203.0.113.9:8025"})) << "nothing of our own network";
    out.clear();
    receive(3, R"({"type":"PING","host":"10.0.0.3","port":7003,"id":"x","v":1})");
    EXPECT_THAT(only_sent(3).at("hosts").as_array(), SizeIs(3));
}

TEST_F(RouterSessions, OneThatIsThereForAMomentNamesNoPortToBeFoundAt) {
    settings.may_be_remembered = false;
    connect(1, Direction::outgoing);
    EXPECT_EQ(only_sent(1).at("port"), 0);
    out.clear();
    open(2);
    receive(2, R"({"type":"PING","host":"10.0.0.2","port":7002,"id":"x","v":1})");
    EXPECT_EQ(only_sent(2).at("port"), 0);
    out.clear();
    router().start_query({numbered(70), "song", {}, 9'000}, now, out);
    EXPECT_EQ(only_sent(2).at("port"), 9'000) << "where answers come to";
}

TEST_F(RouterSessions, WhoNamesNoPortIsToldOfToNobody) {
    connect(1);
    receive(1, R"({"type":"PING","host":"10.0.0.1","port":0,"id":"x","v":1})");
    ASSERT_THAT(out.opened, SizeIs(1));
    EXPECT_THAT(router().known_hosts(), IsEmpty());
}

TEST_F(RouterSessions, APongNamesAsManyHostsAsTheSettingsSay) {
    settings.max_pong_hosts = 3;
    for (SessionId id = 1; id <= 20; ++id) {
        open(id);
    }
    receive(20, R"({"type":"PING","host":"10.0.0.20","port":7020,"id":"x","v":1})");
    EXPECT_EQ(only_sent(20).at("hosts").as_array().size(), 3U);
}

TEST_F(RouterSessions, HostsForWhichThereIsNoRoomAreCounted) {
    settings.max_known_hosts = 3;
    for (SessionId id = 1; id <= 5; ++id) {
        open(id);
    }
    EXPECT_THAT(router().known_hosts(), SizeIs(3));
    EXPECT_EQ(router().counters().hosts_forgotten, 2U);
}

TEST_F(RouterSessions, ALegacyPeerIsKnownByItsPing) {
    library.add("song");
    open(9);
    connect(1);
    receive(1, R"({"type": "PING", "host": "DESKTOP-3T", "port": 8026, "id": "<function uuid3 at 0x7f0123456789>"})");
    ASSERT_THAT(out.opened, SizeIs(1));
    EXPECT_TRUE(out.opened[0].info.legacy);
    EXPECT_EQ(out.opened[0].info.listens, (Endpoint{"DESKTOP-3T", 8026}));
    EXPECT_FALSE(out.opened[0].info.peer);
    EXPECT_TRUE(router().session(1)->legacy);
    const auto pong = only_sent(1);
    EXPECT_EQ(text_of(pong, "id"), "<function uuid3 at 0x7f0123456789>");
    for (const char* extension : {"v", "agent", "peer", "hosts"}) {
        EXPECT_FALSE(pong.contains(extension)) << extension;
    }
}

TEST_F(RouterSessions, ALegacyPongIsTakenWhateverItsId) {
    for (const std::string id : {R"("another")", "null"}) {
        const SessionId session = id == "null" ? 1 : 2;
        connect(session, Direction::outgoing);
        out.clear();
        receive(session, R"({"type": "PONG", "host": "DESKTOP-3T", "port": 8026, "id": )" + id + "}");
        ASSERT_THAT(out.opened, SizeIs(1));
        EXPECT_TRUE(out.opened[0].info.legacy);
    }
}

TEST_F(RouterSessions, AnIncomingOneThatBeginsOtherwiseIsRefused) {
    connect(1);
    receive(1, query_json(numbered(1), "song"));
    expect_bye(1, 400);
    expect_closed(1, Error::bad_message);
    EXPECT_FALSE(out.closed[0].was_open);
    EXPECT_EQ(router().counters().bad_messages, 1U);
    EXPECT_EQ(router().session_count(), 0U);
}

TEST_F(RouterSessions, OneThatDoesNotAnswerThePingFails) {
    connect(1, Direction::outgoing);
    EXPECT_EQ(router().next_deadline(), now + 5s);
    tick_at(now + 5s);
    expect_closed(1, Error::no_pong);
    EXPECT_FALSE(out.closed[0].was_open);
    EXPECT_EQ(router().next_deadline(), TimePoint::max());
}

TEST_F(RouterSessions, OneThatSendsNoPingFails) {
    connect(1);
    tick_at(now + 5s - 1ms);
    EXPECT_TRUE(out.empty());
    tick_at(now + 1ms);
    expect_bye(1, 408);
    expect_closed(1, Error::silent);
}

TEST_F(RouterSessions, AByeInPlaceOfThePongIsARefusal) {
    connect(1, Direction::outgoing);
    out.clear();
    receive(1, R"({"type":"BYE","host":"x","port":1,"code":503,"reason":"full"})");
    EXPECT_THAT(out.sends, IsEmpty()) << "a BYE is not answered";
    expect_closed(1, Error::refused);
    EXPECT_EQ(out.closed[0].text, "full");
}

TEST_F(RouterSessions, AByeEndsAnOpenOne) {
    open(1);
    receive(1, R"({"type":"BYE","host":"x","port":1,"code":200,"reason":"good night"})");
    expect_closed(1, Error::left);
    EXPECT_TRUE(out.closed[0].was_open);
    EXPECT_EQ(out.closed[0].text, "good night");
    EXPECT_THAT(router().sessions(), IsEmpty());
}

TEST_F(RouterSessions, ALostConnectionIsReportedWithItsReason) {
    open(1);
    router().closed(1, Error::lost, now, out);
    EXPECT_THAT(out.closes, IsEmpty()) << "there is nothing left to close";
    ASSERT_THAT(out.closed, SizeIs(1));
    EXPECT_TRUE(out.closed[0].was_open);
    EXPECT_EQ(out.closed[0].reason, Error::lost);
    out.clear();
    router().closed(1, Error::lost, now, out);
    receive(1, query_json(numbered(1), "song"));
    EXPECT_TRUE(out.empty()) << "what comes late is passed over";
}

TEST_F(RouterSessions, BadInputEndsTheSession) {
    open(1);
    router().received_malformed(1, wire::Malformed::not_json, now, out);
    expect_bye(1, 400);
    expect_closed(1, Error::bad_message);
    out.clear();
    open(2);
    router().received_malformed(2, wire::Malformed::too_large, now, out);
    expect_bye(2, 400);
    expect_closed(2, Error::message_too_large);
    EXPECT_EQ(router().counters().bad_messages, 2U);
}

TEST_F(RouterSessions, AnUnknownTypeIsCountedAndASignOfLife) {
    open(1);
    router().received_unknown(1, now + 20s);
    EXPECT_EQ(router().counters().unknown_messages, 1U);
    tick_at(now + 30s);
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().next_deadline(), now + 20s);
}

TEST_F(RouterSessions, ASilentOneIsPingedAndThenGivenUp) {
    open(1);
    tick_at(now + 30s);
    EXPECT_EQ(text_of(only_sent(1), "type"), "PING");
    tick_at(now + 30s);
    EXPECT_EQ(text_of(only_sent(1), "type"), "PING");
    tick_at(now + 30s - 1ms);
    EXPECT_TRUE(out.empty());
    tick_at(now + 1ms);
    expect_closed(1, Error::silent);
    EXPECT_TRUE(out.closed[0].was_open);
}

TEST_F(RouterSessions, APongKeepsItOpenAndTellsWhatIsNew) {
    open(1);
    tick_at(now + 30s);
    const std::string id = id_of_ping_to(1);
    out.clear();
    now += 1s;
    receive(1, R"({"type":"PONG","host":"h","port":7001,"id":")" + id +
                   R"(","v":1,"files":8,"bytes":9,"hosts":["10.1.1.1:81"]})");
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().session(1)->files, 8U);
    EXPECT_THAT(router().known_hosts(), testing::Contains(Endpoint{"10.1.1.1", 81}));
    EXPECT_EQ(router().counters().unexpected_pongs, 0U);
    tick_at(now + 30s - 1ms);
    EXPECT_TRUE(out.empty());
}

TEST_F(RouterSessions, APongThatNobodyAskedForIsCountedAndTellsNothing) {
    open(1);
    receive(1, R"({"type":"PONG","host":"h","port":1,"id":"x","v":1,"files":8,"hosts":["6.6.6.6:81"]})");
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unexpected_pongs, 1U);
    EXPECT_EQ(router().session(1)->files, 0U);
    EXPECT_THAT(router().known_hosts(), SizeIs(1));
}

TEST_F(RouterSessions, APingInAnOpenOneIsAnsweredAndChangesNobody) {
    open(1);
    receive(1,
            R"({"type":"PING","host":"h","port":1,"id":"again","v":1,"peer":")" + numbered(99).to_string() + R"("})");
    EXPECT_EQ(text_of(only_sent(1), "id"), "again");
    EXPECT_THAT(out.opened, IsEmpty());
    EXPECT_EQ(router().session(1)->peer, numbered(1));
}

TEST_F(RouterSessions, AKeepAlivePingToALegacyPeerIsTheSeeds) {
    open_legacy(1);
    tick_at(now + 30s);
    const auto ping = only_sent(1);
    EXPECT_EQ(text_of(ping, "type"), "PING");
    EXPECT_EQ(ping.size(), 4U);
    out.clear();
    receive(1, R"({"type": "PONG", "host": "DESKTOP-1", "port": 7001, "id": null})");
    EXPECT_EQ(router().counters().unexpected_pongs, 0U);
}

TEST_F(RouterSessions, OneToItselfIsClosedByWhoIsPinged) {
    connect(1, Direction::outgoing, Endpoint{"me", 8025});
    const std::string ping = sent_texts(1).front();
    connect(2);
    out.clear();
    receive(2, ping);
    expect_bye(2, 508);
    expect_closed(2, Error::connected_to_self);
    const std::string bye = sent_texts(2).front();
    out.clear();
    receive(1, bye);
    expect_closed(1, Error::connected_to_self);
}

TEST_F(RouterSessions, OneToItselfIsClosedByAPongToo) {
    connect(1, Direction::outgoing);
    const std::string id = id_of_ping_to(1);
    out.clear();
    receive(1, R"({"type":"PONG","host":"h","port":1,"id":")" + id + R"(","v":1,"peer":")" + identity.to_string() +
                   R"("})");
    expect_bye(1, 508);
    expect_closed(1, Error::connected_to_self);
}

TEST_F(RouterSessions, ASecondOneToTheSamePeerIsRefused) {
    open(1);
    connect(2);
    receive(2, R"({"type":"PING","host":"h","port":1,"id":"x","v":1,"peer":")" + numbered(1).to_string() + R"("})");
    expect_bye(2, 409);
    expect_closed(2, Error::already_connected);
    EXPECT_THAT(router().sessions(), SizeIs(1));
}

TEST_F(RouterSessions, ARefusedSecondOneIsReportedAsSuch) {
    connect(1, Direction::outgoing);
    out.clear();
    receive(1, R"({"type":"BYE","host":"h","port":1,"code":409,"reason":"already connected"})");
    expect_closed(1, Error::already_connected);
}

TEST_F(RouterSessions, APeerMayComeBackAfterItsSessionHasEnded) {
    open(1);
    router().closed(1, Error::lost, now, out);
    out.clear();
    connect(2);
    receive(2, R"({"type":"PING","host":"h","port":1,"id":"x","v":1,"peer":")" + numbered(1).to_string() + R"("})");
    EXPECT_THAT(out.opened, SizeIs(1));
}

TEST_F(RouterSessions, ANewOneThatThePeerAnsweredReplacesAnOlderThatItLost) {
    open(1, Direction::outgoing);
    connect(2, Direction::outgoing);
    const std::string id = id_of_ping_to(2);
    out.clear();
    receive(2, R"({"type":"PONG","host":"h","port":1,"id":")" + id + R"(","v":1,"peer":")" + numbered(1).to_string() +
                   R"("})");
    expect_closed(1, Error::already_connected);
    EXPECT_THAT(out.opened, SizeIs(1));
    EXPECT_EQ(router().sessions().front().id, 2U);
}

TEST_F(RouterSessions, LegacyPeersAreNotTakenForOneAnother) {
    open_legacy(1);
    open_legacy(2);
    EXPECT_THAT(router().sessions(), SizeIs(2));
}

TEST_F(RouterSessions, TooManyAreRefused) {
    settings.max_sessions = 2;
    open(1);
    connect(2);
    connect(3);
    expect_bye(3, 503);
    expect_closed(3, Error::too_many_sessions);
    EXPECT_EQ(router().counters().refused_connections, 1U);
    EXPECT_EQ(router().session_count(), 2U);
    out.clear();
    router().closed(2, Error::lost, now, out);
    open(4);
}

TEST_F(RouterSessions, AUserMayEndOne) {
    open(1);
    router().disconnect(1, "enough", now, out);
    EXPECT_EQ(text_of(only_sent(1), "reason"), "enough");
    EXPECT_EQ(only_sent(1).at("code"), 200);
    const error_code cancelled(ECANCELED, boost::system::system_category());
    expect_closed(1, cancelled);
}

TEST_F(RouterSessions, StoppingSaysByeToAllAndTakesNoMore) {
    open(1);
    open_legacy(2);
    router().stop(now, out);
    expect_bye(1, 200);
    expect_bye(2, 200);
    EXPECT_THAT(out.closes, SizeIs(2));
    EXPECT_EQ(router().session_count(), 0U);
    EXPECT_EQ(router().next_deadline(), TimePoint::max());
    out.clear();
    connect(3);
    expect_closed(3, Error::stopped);
}

TEST_F(RouterSessions, ThousandsOfIdleOnesArePingedOnTime) {
    for (SessionId id = 1; id <= 5'000; ++id) {
        Router::Start start = start_of(1, Direction::incoming);
        start.id = id;
        router().opened(start, now, out);
        receive(id, R"({"type":"PING","host":"h","port":1,"id":"x"})");
    }
    EXPECT_EQ(router().next_deadline(), now + 30s);
    tick_at(now + 30s);
    EXPECT_THAT(out.sends, SizeIs(5'000));
    EXPECT_EQ(router().next_deadline(), now + 30s);
}

TEST_F(RouterSessions, AMessageDoesNotMoveTheTimerButTheTimerLooksAgain) {
    open(1);
    const TimePoint armed = router().next_deadline();
    now += 29s;
    receive(1, query_json(numbered(1), "song"));
    EXPECT_EQ(router().next_deadline(), armed) << "re-arming for each message would cost";
    tick_at(armed);
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().next_deadline(), armed + 29s);
}

TEST_F(RouterSessions, MessagesAreCounted) {
    open(1);
    EXPECT_EQ(router().counters().messages_received, 1U);
    EXPECT_EQ(router().counters().messages_sent, 1U);
}

}  // namespace
}  // namespace gnutella::overlay
