#include "overlay/router_fixture.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct RouterHits : RouterFixture {
    static std::string hit_json(const Guid& id, std::string_view name = "song") {
        return R"({"type":"QUERY-HIT","host":"10.3.3.3","port":33,"hasFile":true,"id":")" + id.to_string() +
               R"(","peer":"00000000-0000-0000-0000-000000000033","transports":["quic","http"],"results":[{"name":")" +
               std::string(name) + R"(","size":5,"urn":"urn:sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"}]})";
    }
    Router::LocalQuery start_query(std::uint32_t number, std::string text = "song") {
        const Router::LocalQuery query{numbered(number), std::move(text), {}, 40'000};
        router().start_query(query, now, out);
        return query;
    }
};

TEST_F(RouterHits, GoBackTheWayTheirQueryCame) {
    open(1);
    open(2);
    open(3);
    receive(1, query_json(numbered(1), "song"));
    out.clear();
    receive(2, hit_json(numbered(1)));
    EXPECT_THAT(sent_texts(1), ElementsAre(hit_json(numbered(1)))) << "as they are";
    EXPECT_THAT(out.sends, SizeIs(1));
    EXPECT_EQ(out.sends[0].priority, Priority::hit);
    EXPECT_EQ(router().counters().hits_routed, 1U);
}

TEST_F(RouterHits, GoToTheAskerInADatagramPastALegacyPeer) {
    open_legacy(1);
    open(2);
    receive(1, query_json(numbered(1), "song"));
    out.clear();
    receive(2, hit_json(numbered(1)));
    EXPECT_THAT(out.sends, IsEmpty());
    ASSERT_THAT(out.datagrams, SizeIs(1));
    EXPECT_EQ(out.datagrams[0].to.host, "10.9.9.9");
    EXPECT_EQ(out.datagrams[0].to.port, 9'999);
    EXPECT_EQ(out.datagrams[0].frame.bytes(), hit_json(numbered(1)) + "\n");
}

TEST_F(RouterHits, ToALegacyPeersOwnQueryGoOverItsSession) {
    open_legacy(1);
    open(2);
    receive(1, legacy_query_json("DESKTOP-1", 7'001, numbered(1).to_string(), "song"));
    out.clear();
    receive(2, hit_json(numbered(1)));
    EXPECT_THAT(sent_texts(1), ElementsAre(hit_json(numbered(1))));
    EXPECT_THAT(out.datagrams, IsEmpty());
}

TEST_F(RouterHits, ThatNobodyAskedForAreDropped) {
    open(1);
    open(2);
    receive(2, hit_json(numbered(1)));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unexpected_hits, 1U);
}

TEST_F(RouterHits, DoNotGoBackToWhereTheyComeFrom) {
    open(1);
    open(2);
    receive(1, query_json(numbered(1), "song"));
    out.clear();
    receive(1, hit_json(numbered(1)));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unexpected_hits, 1U);
}

TEST_F(RouterHits, ForANeighbourThatHasGoneAreDropped) {
    open(1);
    open(2);
    receive(1, query_json(numbered(1), "song"));
    router().closed(1, Error::lost, now, out);
    out.clear();
    receive(2, hit_json(numbered(1)));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unexpected_hits, 1U);
}

TEST_F(RouterHits, PassedBackForOneQueryAreBounded) {
    settings.max_hits_per_query = 10;
    open(1);
    open(2);
    receive(1, query_json(numbered(1), "song"));
    for (int i = 0; i < 15; ++i) {
        receive(2, hit_json(numbered(1)));
    }
    EXPECT_EQ(router().counters().hits_routed, 10U);
    EXPECT_EQ(router().counters().excess_hits, 5U);
}

TEST_F(RouterHits, ForOurOwnQueryAreDelivered) {
    open(1);
    const auto query = start_query(1);
    out.clear();
    receive(1, hit_json(query.id));
    ASSERT_THAT(out.hits, SizeIs(1));
    EXPECT_EQ(out.hits[0].query, query.id);
    const Hit& hit = out.hits[0].hit;
    EXPECT_EQ(hit.name, "song");
    EXPECT_EQ(hit.size, 5U);
    EXPECT_EQ(hit.urn, Urn::parse("urn:sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"));
    EXPECT_EQ(hit.source, (Endpoint{"10.3.3.3", 33}));
    EXPECT_EQ(hit.peer, numbered(0x33));
    EXPECT_THAT(hit.transports, ElementsAre(Transport::quic, Transport::http));
    EXPECT_EQ(hit.dialect, Dialect::json);
    EXPECT_EQ(hit.content, nullptr);
}

TEST_F(RouterHits, OfTheSameFileOfTheSameSourceAreOne) {
    open(1);
    open(2);
    const auto query = start_query(1);
    receive(1, hit_json(query.id));
    receive(2, hit_json(query.id));
    EXPECT_THAT(out.hits, SizeIs(1));
    receive(2, hit_json(query.id, "song2"));
    EXPECT_THAT(out.hits, SizeIs(2));
    EXPECT_EQ(router().counters().unexpected_hits, 0U);
}

TEST_F(RouterHits, ForOurOwnQueryAreBounded) {
    settings.max_hits_per_query = 3;
    open(1);
    const auto query = start_query(1);
    for (int i = 0; i < 10; ++i) {
        receive(1, hit_json(query.id, "song" + std::to_string(i)));
    }
    EXPECT_THAT(out.hits, SizeIs(3));
    EXPECT_EQ(router().counters().excess_hits, 7U);
}

TEST_F(RouterHits, ThatComeLateAreDroppedAndCounted) {
    open(1);
    const auto query = start_query(1);
    router().end_query(query.id);
    out.clear();
    receive(1, hit_json(query.id));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unexpected_hits, 1U);
}

TEST_F(RouterHits, ThatNameNoHostAreFromTheNeighbour) {
    open(1);
    const auto query = start_query(1);
    for (const std::string host : {"", "0.0.0.0", "::"}) {
        out.clear();
        receive(1, R"({"type":"QUERY-HIT","host":")" + host + R"(","port":33,"id":")" + query.id.to_string() +
                       R"(","results":[{"name":"from )" +
                       (host.empty()   ? "none"
                        : host == "::" ? "six"
                                       : "four") +
                       R"(","size":5,"urn":"urn:sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"}]})");
        ASSERT_THAT(out.hits, SizeIs(1));
        EXPECT_EQ(out.hits[0].hit.source, (Endpoint{"10.0.0.1", 33}));
        EXPECT_THAT(out.hits[0].hit.transports, ElementsAre(Transport::http)) << "what every peer has";
    }
}

TEST_F(RouterHits, NeverNameAPath) {
    open(1);
    const auto query = start_query(1);
    receive(1, hit_json(query.id, "../../etc/passwd"));
    receive(1, hit_json(query.id, ".."));
    receive(1, hit_json(query.id, ""));
    EXPECT_TRUE(out.hits.empty());
}

TEST_F(RouterHits, OfALegacyPeerAreNoHitByThemselvesAndNotUnexpected) {
    open_legacy(1);
    const auto query = start_query(1);
    out.clear();
    receive(1, R"({"type": "QUERY-HIT", "host": "DESKTOP-1", "port": 7001, "hasFile": true, "id": ")" +
                   query.id.to_string() + R"("})");
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unexpected_hits, 0U);
}

TEST_F(RouterHits, MayComeToTheInbox) {
    open(1);
    const auto query = start_query(1);
    out.clear();
    with_message(hit_json(query.id), [&](const auto& hit) { router().receive_in_inbox(query.id, hit, now, out); });
    ASSERT_THAT(out.hits, SizeIs(1));
    EXPECT_EQ(out.hits[0].hit.source, (Endpoint{"10.3.3.3", 33}));
}

TEST_F(RouterHits, InTheInboxAreForItsQueryAlone) {
    const auto one = start_query(1);
    const auto two = start_query(2);
    with_message(hit_json(two.id), [&](const auto& hit) { router().receive_in_inbox(one.id, hit, now, out); });
    EXPECT_THAT(out.hits, IsEmpty());
    EXPECT_EQ(router().counters().unexpected_hits, 1U);
    with_message(query_json(one.id, "x"),
                 [&](const auto& query) { router().receive_in_inbox(one.id, query, now, out); });
    EXPECT_EQ(router().counters().unknown_datagrams, 1U);
    router().end_query(one.id);
    with_message(hit_json(one.id), [&](const auto& hit) { router().receive_in_inbox(one.id, hit, now, out); });
    EXPECT_THAT(out.hits, IsEmpty());
    EXPECT_EQ(router().counters().unexpected_hits, 2U);
}

TEST_F(RouterHits, ARawFileIsAHitWithItsContent) {
    const auto query = start_query(1, "notes.txt");
    router().receive_raw_file(query.id, "all of it", {"10.0.0.7", 8026}, now, out);
    ASSERT_THAT(out.hits, SizeIs(1));
    const Hit& hit = out.hits[0].hit;
    EXPECT_EQ(hit.name, "notes.txt");
    EXPECT_EQ(hit.size, 9U);
    EXPECT_FALSE(hit.urn);
    EXPECT_EQ(hit.source, (Endpoint{"10.0.0.7", 8026}));
    EXPECT_THAT(hit.transports, IsEmpty());
    ASSERT_NE(hit.content, nullptr);
    EXPECT_EQ(*hit.content, "all of it");
    router().receive_raw_file(query.id, "all of it", {"10.0.0.7", 8026}, now, out);
    EXPECT_THAT(out.hits, SizeIs(1));
}

TEST_F(RouterHits, ARawFileForNoQueryIsDropped) {
    router().receive_raw_file(numbered(1), "x", {"10.0.0.7", 8026}, now, out);
    const auto query = start_query(2, "../notes");
    router().receive_raw_file(query.id, "x", {"10.0.0.7", 8026}, now, out);
    EXPECT_THAT(out.hits, IsEmpty());
    EXPECT_EQ(router().counters().unexpected_hits, 1U);
}

struct RouterOwnQueries : RouterHits {};

TEST_F(RouterOwnQueries, GoToEveryOpenSession) {
    open(1);
    open_legacy(2);
    connect(3);
    start_query(1, "song");
    for (const SessionId to : {1U, 2U}) {
        const auto query = only_sent(to);
        EXPECT_EQ(text_of(query, "type"), "QUERY");
        EXPECT_EQ(text_of(query, "file"), "song");
        EXPECT_EQ(text_of(query, "host"), "10.0.1." + std::to_string(to));
        EXPECT_EQ(query.at("port"), 40'000) << "the inbox";
        EXPECT_EQ(query.at("ttl"), 7);
        EXPECT_EQ(query.at("hops"), 0);
        EXPECT_EQ(text_of(query, "reply"), "routed");
    }
    EXPECT_THAT(sent(3), IsEmpty());
}

TEST_F(RouterOwnQueries, AreEncodedOnceForEachHostThatTheyName) {
    settings.announced_host = "one.example";
    open(1);
    open(2);
    start_query(1);
    ASSERT_THAT(out.sends, SizeIs(2));
    EXPECT_EQ(out.sends[0].frame.bytes().data(), out.sends[1].frame.bytes().data());
}

TEST_F(RouterOwnQueries, GoToSessionsThatOpenWhileTheyRun) {
    const auto one = start_query(1);
    const auto two = start_query(2);
    router().end_query(two.id);
    connect(1);
    receive(1, R"({"type":"PING","host":"h","port":1,"id":"x","v":1})");
    const auto objects = sent(1);
    ASSERT_THAT(objects, SizeIs(2));
    EXPECT_EQ(text_of(objects[0], "type"), "PONG");
    EXPECT_EQ(text_of(objects[1], "id"), one.id.to_string());
}

TEST_F(RouterOwnQueries, ComingBackAreDuplicates) {
    library.add("song");
    open(1);
    open(2);
    const auto query = start_query(1);
    out.clear();
    receive(1, query_json(query.id, "song", 3, 4));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().duplicate_queries, 1U);
}

TEST_F(RouterOwnQueries, SurviveAFloodOfIds) {
    settings.max_routes = 100;
    settings.query_burst = 1'000;
    open(1);
    open(2);
    const auto query = start_query(5'000);
    for (std::uint32_t number = 0; number < 500; ++number) {
        receive(1, query_json(numbered(number), "flood"));
    }
    out.clear();
    receive(2, query_json(query.id, "song", 3, 4));
    EXPECT_THAT(out.sends, IsEmpty());
    receive(2, hit_json(query.id));
    EXPECT_THAT(out.hits, SizeIs(1));
}

}  // namespace
}  // namespace gnutella::overlay
