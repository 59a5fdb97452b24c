#include "overlay/bridge_fixture.hpp"
#include "overlay/push_guard.hpp"
#include "wire/gnutella/hit_extensions.hpp"

#include <gmock/gmock.h>

// Files of servents that cannot be connected to, and those who ask for them in JSON.

namespace gnutella::overlay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

namespace json = boost::json;

const Endpoint asker{"10.9.9.9", 6'346};

class BridgePush : public BridgeFixture {
  protected:
    /// A query of session 1's.
    void ask() {
        open_all();
        receive(1, query_json(numbered(100), "song"));
        out.clear();
    }
    static wire::Frame firewalled_hit(const Guid& id, std::string_view name, std::size_t proxies,
                                      const Guid& servent = servent_of_hits()) {
        std::vector<wire::PackedHost> named;
        for (std::size_t at = 0; at < proxies; ++at) {
            named.push_back({wire::IpAddress::v4({10, 3, 3, static_cast<std::uint8_t>(at)}), 6'347});
        }
        const std::string blocks = wire::write_hit_extensions({}, named);
        wire::QueryHit hit{.from = {{}, 6'346, wire::IpAddress::v4({192, 168, 1, 2})},
                           .peer = servent,
                           .transports = {},
                           .results = {}};
        hit.vendor = "GTKG";
        hit.state.firewalled = true;
        hit.extensions = blocks;
        hit.results.push_back({name, 100, some_urn(), 77});
        return wire::encode_binary({id, 4, 1}, hit);
    }
    static std::string firewalled_json_hit(const json::array& proxies, std::string_view name = "song",
                                           const std::string& id = numbered(100).to_string()) {
        return json::serialize(
            json::object{{"type", "QUERY-HIT"},
                         {"host", "192.168.1.2"},
                         {"port", 6'346},
                         {"hasFile", true},
                         {"id", id},
                         {"peer", numbered(88).to_string()},
                         {"transports", {"http"}},
                         {"client", "gtk-gnutella"},
                         {"firewalled", true},
                         {"proxies", proxies},
                         {"results", {{{"name", name}, {"size", 1'234}, {"urn", some_urn().to_string()}}}}});
    }
};

TEST_F(BridgePush, AnAskerIsToldWhoPassesAPushOnAndTheBridgeFirst) {
    ask();
    receive(11, firewalled_hit(numbered(100), "song", 2));
    const json::object hit = only_sent(1);
    EXPECT_EQ(hit.at("firewalled"), true);
    EXPECT_EQ(text_of(hit, "peer"), servent_of_hits().to_string());
    EXPECT_EQ(hit.at("proxies"),
              (json::array{"10.0.1.1:" + std::to_string(own_port), "10.3.3.0:6347", "10.3.3.1:6347"}));
    EXPECT_EQ(text_of(hit, "client"), "gtk-gnutella");
    EXPECT_EQ(router().counters().hits_bridged, 1U);
}

TEST_F(BridgePush, TheProxiesThatAHitNamesAreBounded) {
    ask();
    receive(11, firewalled_hit(numbered(100), "song", 100));
    EXPECT_THAT(only_sent(1).at("proxies").as_array(), SizeIs(wire::max_push_proxies));
}

TEST_F(BridgePush, AHitThatNobodyPassesAPushOnForIsLeftOut) {
    settings.reachability = Reachability::firewalled;
    ask();
    receive(11, firewalled_hit(numbered(100), "song", 0));
    receive(11, firewalled_hit(numbered(100), "song", 1, Guid{}));
    EXPECT_THAT(out.sends, IsEmpty()) << "nobody connects to a bridge that is firewalled; and nobody is sent to no one";
    EXPECT_EQ(router().counters().unreachable_hits, 2U);
    receive(11, firewalled_hit(numbered(100), "song", 1));
    EXPECT_EQ(only_sent(1).at("proxies"), (json::array{"10.3.3.0:6347"}));
}

TEST_F(BridgePush, WhoAsksTheBridgeIsConnectedToFromBeyondIt) {
    ask();
    receive(11, firewalled_hit(numbered(100), "song", 0));
    out.clear();
    ASSERT_TRUE(router().proxy_push(servent_of_hits(), 0, asker, now, out));
    const auto pushes = sent_of<wire::Push>(11);
    ASSERT_THAT(pushes, SizeIs(1));
    EXPECT_EQ(pushes[0]->message.ttl, settings.max_ttl);
    EXPECT_EQ(pushes[0]->message.hops, 0);
    EXPECT_EQ(pushes[0]->as<wire::Push>()->target, servent_of_hits());
    EXPECT_EQ(pushes[0]->as<wire::Push>()->to.address, wire::IpAddress::v4({10, 9, 9, 9}));
    EXPECT_EQ(pushes[0]->as<wire::Push>()->to.port, 6'346);
    EXPECT_THAT(sent(12), IsEmpty());
}

TEST_F(BridgePush, TheBridgeIsNoProxyOfThoseWhoseHitsStayedInGnutella) {
    open_all();
    receive(12, binary_query(numbered(100), "song"));
    receive(11, firewalled_hit(numbered(100), "song", 0));
    out.clear();
    EXPECT_FALSE(router().proxy_push(servent_of_hits(), 0, asker, now, out));
    EXPECT_TRUE(out.empty());
}

TEST_F(BridgePush, TheBridgePassesOnFewPushesASecond) {
    ask();
    receive(11, firewalled_hit(numbered(100), "song", 0));
    out.clear();
    for (int i = 0; i < 20; ++i) {
        router().proxy_push(servent_of_hits(), 0, asker, now, out);
    }
    EXPECT_THAT(sent_of<wire::Push>(11), SizeIs(PushGuard::max_per_address));
    EXPECT_EQ(router().counters().excess_pushes, 20 - PushGuard::max_per_address);
    now += 1s;
    EXPECT_TRUE(router().proxy_push(servent_of_hits(), 0, asker, now, out));
    EXPECT_FALSE(router().proxy_push(servent_of_hits(), 0, {"10.9.9.9", 25}, now, out)) << "a port of the system";
    EXPECT_EQ(router().counters().refused_pushes, 1U);
    EXPECT_EQ(router().counters().excess_pushes, 20 - PushGuard::max_per_address);
}

TEST_F(BridgePush, WhoAsksFromThisMachineIsFoundAtItsAddress) {
    ask();
    receive(11, firewalled_hit(numbered(100), "song", 0));
    out.clear();
    ASSERT_TRUE(router().proxy_push(servent_of_hits(), 0, {"127.0.0.1", 6'346}, now, out));
    EXPECT_EQ(sent_of<wire::Push>(11).at(0)->as<wire::Push>()->to.address, wire::IpAddress::v4({10, 0, 1, 11}));
}

TEST_F(BridgePush, AHitInJsonKeepsItsProxiesInGnutella) {
    open_all();
    receive(11, binary_query(numbered(100), "song"));
    out.clear();
    receive(1, firewalled_json_hit({"10.4.4.4:8025", "a.host.name:8025", "[2001:db8::1]:8026"}));
    const auto hits = sent_of<wire::QueryHit>(11);
    ASSERT_THAT(hits, SizeIs(1));
    const auto& hit = *hits[0]->as<wire::QueryHit>();
    EXPECT_EQ(hit.state.firewalled, true);
    EXPECT_EQ(hit.peer, numbered(88));
    EXPECT_EQ(hit.vendor, "GTKG");
    std::pmr::monotonic_buffer_resource memory;
    const auto extensions = wire::read_hit_extensions(hit.extensions, memory);
    ASSERT_EQ(extensions.push_proxies.size(), 1U);
    EXPECT_EQ(extensions.push_proxies[0], (wire::PackedHost{wire::IpAddress::v4({10, 4, 4, 4}), 8'025}));
    EXPECT_EQ(extensions.push_proxies6.size(), 1U);
    receive(1, firewalled_json_hit({}));
    EXPECT_THAT(sent_of<wire::QueryHit>(11), SizeIs(1)) << "nobody passes a Push on";
    EXPECT_EQ(router().counters().unreachable_hits, 1U);
}

TEST_F(BridgePush, AHitGoesThroughANodeInJsonAsItIs) {
    open_all();
    receive(1, query_json(numbered(100), "song"));
    out.clear();
    const std::string hit = firewalled_json_hit({"10.4.4.4:8025"});
    receive(2, hit);
    EXPECT_EQ(only_sent(1), json::parse(hit).as_object());
}

// ---- who asks ----

TEST_F(BridgePush, OurOwnSearchTakesAHitThatCanBeHadByAPush) {
    open(1);
    router().start_query({numbered(70), "song", {}, 9'000}, now, out);
    json::array proxies{"a.host.name:1", "10.4.4.4:0"};
    for (int at = 0; at < 20; ++at) {
        proxies.push_back(json::string("10.4.4." + std::to_string(at) + ":8025"));
    }
    receive(1, firewalled_json_hit(proxies, "song", numbered(70).to_string()));
    ASSERT_THAT(out.hits, SizeIs(1));
    const Hit& hit = out.hits[0].hit;
    EXPECT_TRUE(hit.firewalled);
    EXPECT_EQ(hit.peer, numbered(88));
    EXPECT_EQ(hit.client, "gtk-gnutella");
    EXPECT_EQ(hit.dialect, Dialect::json);
    EXPECT_THAT(hit.push_proxies, SizeIs(wire::max_push_proxies - 2)) << "numeric addresses alone, with a port";
    EXPECT_EQ(hit.push_proxies.front(), (Endpoint{"10.4.4.0", 8'025}));
}

TEST_F(BridgePush, ANodeThatCannotBeConnectedToTakesNoSuchHit) {
    settings.reachability = Reachability::firewalled;
    open(1);
    router().start_query({numbered(70), "song", {}, 9'000}, now, out);
    receive(1, firewalled_json_hit({"10.4.4.4:8025"}, "song", numbered(70).to_string()));
    EXPECT_THAT(out.hits, IsEmpty());
    EXPECT_EQ(router().counters().unreachable_hits, 1U);
}

TEST_F(BridgePush, AQuerySaysInEitherDialectThatItsAskerCannotBeConnectedTo) {
    open_all();
    receive(1, R"({"type":"QUERY","host":"h","port":1,"file":"song","id":")" + numbered(100).to_string() +
                   R"(","ttl":5,"hops":0,"reply":"routed","firewalled":true})");
    EXPECT_TRUE(sent_of<wire::Query>(11).at(0)->as<wire::Query>()->flags.has(wire::QueryFlag::firewalled));
    out.clear();
    receive(1, query_json(numbered(101), "song"));
    EXPECT_FALSE(sent_of<wire::Query>(11).at(0)->as<wire::Query>()->flags.has(wire::QueryFlag::firewalled));
    out.clear();
    wire::Query query;
    query.text = "song";
    query.flags = wire::QueryFlags().with(wire::QueryFlag::firewalled);
    receive(11, wire::encode_binary({numbered(102), 4, 0}, query));
    EXPECT_EQ(only_sent(1).at("firewalled"), true);
    out.clear();
    receive(11, binary_query(numbered(103), "song"));
    EXPECT_FALSE(only_sent(1).contains("firewalled"));
}

TEST_F(BridgePush, AFirewalledNodeSaysSoInJsonToo) {
    settings.reachability = Reachability::firewalled;
    library.add("song", 100, some_urn());
    open(1);
    receive(1, query_json(numbered(100), "song"));
    EXPECT_EQ(only_sent(1).at("firewalled"), true);
    EXPECT_EQ(text_of(only_sent(1), "client"), settings.agent);
    out.clear();
    router().start_query({numbered(70), "song", {}, 9'000}, now, out);
    EXPECT_EQ(only_sent(1).at("firewalled"), true);
}

// ---- a legacy peer that asks: the bridge fetches for it ----

TEST_F(BridgePush, ForALegacyPeerTheBridgeFetchesByAPushOfItsOwn) {
    open_all();
    receive(3, legacy_query_json("DESKTOP-3", 7'003, numbered(100).to_string(), "song.ogg"));
    out.clear();
    receive(11, firewalled_hit(numbered(100), "song.ogg", 1));
    EXPECT_EQ(only_sent(3).at("hasFile"), true);
    ASSERT_THAT(out.fetches, SizeIs(1));
    const Hit hit = out.fetches[0].hit;
    EXPECT_TRUE(hit.firewalled);
    EXPECT_EQ(hit.peer, servent_of_hits());
    EXPECT_EQ(hit.index, 77U);
    EXPECT_THAT(hit.push_proxies, ElementsAre(Endpoint{"10.3.3.0", 6'347}));
    out.clear();
    EXPECT_TRUE(router().push(*hit.peer, hit.index, now, out)) << "the way that the hit came is known";
    EXPECT_THAT(sent_of<wire::Push>(11), SizeIs(1));
}

TEST_F(BridgePush, ABridgeThatCannotBeConnectedToFetchesNothingByAPush) {
    settings.reachability = Reachability::firewalled;
    open_all();
    receive(3, legacy_query_json("DESKTOP-3", 7'003, numbered(100).to_string(), "song.ogg"));
    out.clear();
    receive(11, firewalled_hit(numbered(100), "song.ogg", 1));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unreachable_hits, 1U);
    receive(11, binary_hit(numbered(100), "song.ogg", some_urn()));
    EXPECT_THAT(out.fetches, SizeIs(1)) << "one that can be connected to may come yet";
}

}  // namespace
}  // namespace gnutella::overlay
