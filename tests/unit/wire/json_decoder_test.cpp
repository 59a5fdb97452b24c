#include "wire/json_decoder.hpp"
#include "wire/known_urns.hpp"

#include "wire/decoded.hpp"
#include "wire/message_id.hpp"

#include <gmock/gmock.h>

#include <string>

namespace gnutella::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// An object of `type` with an id and these members.
Decoded with(std::string_view type, std::string_view members) {
    return Decoded("{\"type\":\"" + std::string(type) + "\",\"id\":\"x\"" + (members.empty() ? "" : ",") +
                   std::string(members) + "}");
}

// ---- the seed's own messages, as Python's json.dumps writes them ----

TEST(JsonDecoder, ReadsTheSeedsPing) {
    const Decoded decoded(
        R"({"type": "PING", "host": "DESKTOP-3T", "port": 8027, "id": "<function uuid3 at 0x7f1234567890>"})");
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.message.id_text, "<function uuid3 at 0x7f1234567890>");
    EXPECT_EQ(decoded.message.id, guid_of_id("<function uuid3 at 0x7f1234567890>"));
    const Ping& ping = decoded.as<Ping>();
    EXPECT_EQ(ping.from.host, "DESKTOP-3T");
    EXPECT_EQ(ping.from.port, 8027);
    EXPECT_EQ(ping.introduction.version, 0U);
    EXPECT_EQ(ping.introduction.agent, "");
    EXPECT_EQ(ping.introduction.peer, std::nullopt);
}

TEST(JsonDecoder, ReadsTheSeedsPongWithoutAnId) {
    for (const char* pong : {R"({"type": "PONG", "host": "h", "port": 8027, "id": null})",
                             R"({"type": "PONG", "host": "h", "port": 8027})"}) {
        const Decoded decoded(pong);
        ASSERT_TRUE(decoded.is_message()) << pong;
        EXPECT_EQ(decoded.message.id_text, "");
        EXPECT_TRUE(decoded.message.id.is_nil());
        EXPECT_EQ(decoded.as<Pong>().from.port, 8027);
        EXPECT_THAT(decoded.as<Pong>().hosts, IsEmpty());
    }
}

TEST(JsonDecoder, ReadsTheSeedsQuery) {
    const Decoded decoded(
        R"({"type": "QUERY", "host": "DESKTOP-3T", "port": 8027, "file": "notes.txt", "id": "5a3c9e1c-c4f4-11ec-9d64-0242ac120002"})");
    ASSERT_TRUE(decoded.is_message());
    const Query& query = decoded.as<Query>();
    EXPECT_EQ(query.text, "notes.txt");
    EXPECT_EQ(query.asker.host, "DESKTOP-3T");
    EXPECT_EQ(query.asker.port, 8027);
    EXPECT_FALSE(query.routed);
    EXPECT_EQ(query.urn, std::nullopt);
    EXPECT_EQ(decoded.message.id, *Guid::parse("5a3c9e1c-c4f4-11ec-9d64-0242ac120002"));
    EXPECT_EQ(decoded.message.ttl, 7);
    EXPECT_EQ(decoded.message.hops, 0);
    EXPECT_FALSE(decoded.message.carries_ttl());
}

TEST(JsonDecoder, ReadsTheSeedsQueryHit) {
    EXPECT_TRUE(with("QUERY-HIT", R"("host": "h", "port": 1, "hasFile": true)").as<QueryHit>().has_file);
    EXPECT_FALSE(with("QUERY-HIT", R"("host": "h", "port": 1, "hasFile": false)").as<QueryHit>().has_file);
    EXPECT_FALSE(with("QUERY-HIT", R"("host": "h", "port": 1, "hasFile": null)").as<QueryHit>().has_file);
    EXPECT_FALSE(with("QUERY-HIT", R"("host": "h", "port": 1)").as<QueryHit>().has_file);
}

TEST(JsonDecoder, ReadsTheSeedsByeWhichHasNoId) {
    const Decoded decoded(R"({"type": "BYE", "host": "DESKTOP-3T", "port": 8027})");
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.as<Bye>().code, 0);
    EXPECT_EQ(decoded.as<Bye>().reason, "");
}

// ---- texts ----

TEST(JsonDecoder, ReadsEscapesInTextsAndInNames) {
    const Decoded decoded(
        R"({"\u0074ype": "QUERY", "id": "x", "fil\u0065": "caf\u00e9 \ud83c\udfb5 \"\\\/\b\f\n\r\t\u0000"})");
    ASSERT_TRUE(decoded.is_message());
    using namespace std::string_view_literals;
    EXPECT_EQ(decoded.as<Query>().text, "caf\xC3\xA9 \xF0\x9F\x8E\xB5 \"\\/\b\f\n\r\t\0"sv);
}

TEST(JsonDecoder, ReadsATextThatIsAllEscapes) {
    EXPECT_EQ(with("QUERY", R"("file":"\u0061\u0062")").as<Query>().text, "ab");
    EXPECT_EQ(with("QUERY", R"("file":"\n")").as<Query>().text, "\n");
    EXPECT_EQ(with("QUERY", R"("file":"")").as<Query>().text, "");
}

TEST(JsonDecoder, ATextWithEscapesOutlivesTheNextMessage) {
    JsonDecoder decoder;
    std::pmr::monotonic_buffer_resource memory;
    Message first;
    Message second;
    decoder.next(R"({"file":"\u0061\u0062","type":"QUERY","id":"x"})", memory, first);
    decoder.next(R"({"file":"\u0079\u007a","type":"QUERY","id":"x"})", memory, second);
    EXPECT_EQ(std::get<Query>(first.body).text, "ab");
    EXPECT_EQ(std::get<Query>(second.body).text, "yz");
}

TEST(JsonDecoder, ReadsALongTextWithEscapes) {
    std::string escaped;
    std::string plain;
    for (int i = 0; i < 250; ++i) {
        escaped += "abc\\u0064";
        plain += "abcd";
    }
    const Decoded decoded = with("QUERY", "\"file\":\"" + escaped + "\"");
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.as<Query>().text, plain);
}

TEST(JsonDecoder, TakesALongNameWithEscapesForUnknown) {
    EXPECT_TRUE(with("QUERY", R"("file":"f","\u0074ransports_and_more":1,"\u0066ilefilefile":2)").is_message());
}

TEST(JsonDecoder, GivesViewsIntoTheBytesWhereThereAreNoEscapes) {
    const Decoded decoded = with("QUERY", R"("file":"a.txt","host":"h")");
    const auto inside = [&](std::string_view text) {
        return text.data() >= decoded.bytes.data() && text.data() < decoded.bytes.data() + decoded.bytes.size();
    };
    EXPECT_TRUE(inside(decoded.as<Query>().text));
    EXPECT_TRUE(inside(decoded.as<Query>().asker.host));
    EXPECT_TRUE(inside(decoded.message.id_text));
    EXPECT_EQ(decoded.message.raw, decoded.bytes);
}

TEST(JsonDecoder, RawIsTheObjectWithoutWhatStandsAround) {
    const Decoded decoded(" \n{\"type\":\"BYE\" } {\"type\":\"BYE\"}");
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.message.raw, "{\"type\":\"BYE\" }");
    EXPECT_EQ(decoded.step.consumed, 17U);
}

// ---- ids ----

TEST(JsonDecoder, KeepsAnIdAsItWasWritten) {
    const Decoded decoded(R"({"type":"PING","id":"00112233-4455-6677-8899-AABBCCDDEEFF"})");
    EXPECT_EQ(decoded.message.id_text, "00112233-4455-6677-8899-AABBCCDDEEFF");
    EXPECT_EQ(decoded.message.id, *Guid::parse("00112233-4455-6677-8899-aabbccddeeff"));
}

TEST(JsonDecoder, TakesIdsOfOneTo128Bytes) {
    for (const std::size_t size : {1U, 127U, 128U}) {
        const std::string id(size, 'i');
        const Decoded decoded("{\"type\":\"PING\",\"id\":\"" + id + "\"}");
        ASSERT_TRUE(decoded.is_message()) << size;
        EXPECT_EQ(decoded.message.id_text, id);
        EXPECT_EQ(decoded.message.id, guid_of_id(id));
    }
}

TEST(JsonDecoder, AnIdWithEscapesIsItsText) {
    const Decoded decoded(R"({"type":"PING","id":"\u0061bc"})");
    EXPECT_EQ(decoded.message.id_text, "abc");
    EXPECT_EQ(decoded.message.id, guid_of_id("abc"));
}

// ---- PING and PONG ----

TEST(JsonDecoder, ReadsAnIntroduction) {
    const Decoded decoded =
        with("PING", R"("v":1,"agent":"libgnutella/0.1.0","peer":"00112233-4455-6677-8899-aabbccddeeff")");
    const Introduction& introduction = decoded.as<Ping>().introduction;
    EXPECT_EQ(introduction.version, 1U);
    EXPECT_EQ(introduction.agent, "libgnutella/0.1.0");
    EXPECT_EQ(introduction.peer, Guid::parse("00112233-4455-6677-8899-aabbccddeeff"));
}

TEST(JsonDecoder, NullMeansTheSameAsNothing) {
    const Decoded ping = with("PING", R"("v":null,"agent":null,"peer":null,"host":null,"port":null)");
    ASSERT_TRUE(ping.is_message());
    EXPECT_EQ(ping.as<Ping>().introduction.version, 0U);
    EXPECT_EQ(ping.as<Ping>().introduction.peer, std::nullopt);
    EXPECT_TRUE(with("PONG", R"("files":null,"bytes":null,"hosts":null)").is_message());
    EXPECT_TRUE(with("QUERY", R"("file":"f","urn":null,"ttl":null,"hops":null,"reply":null)").is_message());
    EXPECT_FALSE(with("QUERY", R"("file":"f","ttl":null)").message.carries_ttl());
    EXPECT_TRUE(with("QUERY-HIT", R"("results":null,"peer":null,"transports":null)").is_message());
    EXPECT_TRUE(with("BYE", R"("code":null,"reason":null)").is_message());
}

TEST(JsonDecoder, AnyTextIdentifiesAPeerByTheRuleOfIds) {
    EXPECT_EQ(with("PING", R"("peer":"abc")").as<Ping>().introduction.peer, guid_of_id("abc"));
}

TEST(JsonDecoder, CutsALongAgentBetweenTwoCharacters) {
    const std::string ascii(200, 'a');
    EXPECT_EQ(with("PING", "\"agent\":\"" + ascii + "\"").as<Ping>().introduction.agent, ascii.substr(0, 128));
    std::string euros;
    for (int i = 0; i < 60; ++i) {
        euros += "\xE2\x82\xAC";
    }
    EXPECT_EQ(with("PING", "\"agent\":\"" + euros + "\"").as<Ping>().introduction.agent, euros.substr(0, 126));
}

TEST(JsonDecoder, ReadsWhatAPongCounts) {
    const Decoded decoded = with("PONG", R"("files":18446744073709551615,"bytes":9223372036854775808)");
    EXPECT_EQ(decoded.as<Pong>().files, 18'446'744'073'709'551'615U);
    EXPECT_EQ(decoded.as<Pong>().bytes, 9'223'372'036'854'775'808U);
}

TEST(JsonDecoder, KeepsTheFirstHosts) {
    std::string list;
    for (int i = 0; i < 30; ++i) {
        list += (i == 0 ? "\"h" : ",\"h") + std::to_string(i) + ":1\"";
    }
    EXPECT_EQ(with("PONG", "\"hosts\":[" + list + "]").as<Pong>().hosts.size(), 10U);
    EXPECT_EQ(with("PONG", "\"hosts\":[" + list + "]").as<Pong>().hosts.back(), "h9:1");
}

TEST(JsonDecoder, DropsHostsThatAreTooLongToBeAny) {
    const std::string longest = std::string(255, 'h') + ":65535";
    EXPECT_THAT(with("PONG", "\"hosts\":[\"" + std::string(300, 'h') + "\",\"" + longest + "\",\"\\u0061:1\"]")
                    .as<Pong>()
                    .hosts,
                ElementsAre(longest, "a:1"));
}

// ---- QUERY ----

TEST(JsonDecoder, ReadsTtlAndHopsAndWhereTheyStand) {
    const Decoded decoded = with("QUERY", R"("file":"f", "hops" : 2 ,"ttl":5)");
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.message.ttl, 5);
    EXPECT_EQ(decoded.message.hops, 2);
    EXPECT_EQ(decoded.message.raw.substr(decoded.message.ttl_text.offset, decoded.message.ttl_text.length), "5");
    EXPECT_EQ(decoded.message.raw.substr(decoded.message.hops_text.offset, decoded.message.hops_text.length), "2");
}

TEST(JsonDecoder, ClipsTtlAndHopsAt255) {
    for (const char* number : {"255", "256", "65536", "4294967296", "18446744073709551615", "18446744073709551616",
                               "999999999999999999999999999999999999999"}) {
        const Decoded decoded = with("QUERY", "\"file\":\"f\",\"ttl\":" + std::string(number) + ",\"hops\":" + number);
        ASSERT_TRUE(decoded.is_message()) << number;
        EXPECT_EQ(decoded.message.ttl, 255) << number;
        EXPECT_EQ(decoded.message.hops, 255) << number;
        EXPECT_EQ(decoded.message.raw.substr(decoded.message.ttl_text.offset, decoded.message.ttl_text.length), number);
    }
}

TEST(JsonDecoder, TakesMinusZeroForZero) {
    const Decoded decoded = with("QUERY", R"("file":"f","ttl":-0,"hops":-0,"port":-0)");
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.message.ttl, 0);
    EXPECT_EQ(decoded.message.ttl_text.length, 2U);
}

TEST(JsonDecoder, OnlyRoutedIsRouted) {
    EXPECT_TRUE(with("QUERY", R"("file":"f","reply":"routed")").as<Query>().routed);
    for (const char* other : {"\"Routed\"", "\"\"", "\"datagram\"", "null"}) {
        EXPECT_FALSE(with("QUERY", "\"file\":\"f\",\"reply\":" + std::string(other)).as<Query>().routed) << other;
    }
}

TEST(JsonDecoder, AQueryWantsATextOrAUrnOrBoth) {
    const Decoded both = with("QUERY", "\"file\":\"f\",\"urn\":\"" + sha1_text + "\"");
    EXPECT_EQ(both.as<Query>().text, "f");
    EXPECT_EQ(both.as<Query>().urn, Urn::parse(sha1_text));
    for (const char* file : {"", "\"file\":null,", "\"file\":\"\","}) {
        const Decoded urn_alone = with("QUERY", file + ("\"urn\":\"" + sha1_text + "\""));
        ASSERT_TRUE(urn_alone.is_message()) << file;
        EXPECT_EQ(urn_alone.as<Query>().text, "");
        EXPECT_EQ(urn_alone.as<Query>().urn, Urn::parse(sha1_text));
    }
}

TEST(JsonDecoder, OfAQueryWithAUrnOfAnUnknownKindTheTextIsLeft) {
    const Decoded decoded = with("QUERY", R"("file":"f","urn":"urn:md5:abc")");
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.as<Query>().text, "f");
    EXPECT_EQ(decoded.as<Query>().urn, std::nullopt);
    EXPECT_EQ(with("QUERY", R"("urn":"urn:md5:abc")").problem(), Malformed::wrong_kind);
    EXPECT_EQ(with("QUERY", R"("file":"","urn":"")").problem(), Malformed::wrong_kind);
}

TEST(JsonDecoder, TakesTextsUpToTheirBounds) {
    EXPECT_TRUE(with("QUERY", "\"file\":\"" + std::string(1024, 'f') + "\"").is_message());
    EXPECT_TRUE(with("PING", "\"host\":\"" + std::string(255, 'h') + "\",\"port\":65535").is_message());
}

// ---- QUERY-HIT ----

TEST(JsonDecoder, ReadsResults) {
    const Decoded decoded = with("QUERY-HIT", R"("results":[{"name":"a","size":5,"urn":")" + sha1_text +
                                                  R"("},{"size":18446744073709551615,"name":"b\u0063"}])");
    ASSERT_TRUE(decoded.is_message());
    const QueryHit& hit = decoded.as<QueryHit>();
    EXPECT_TRUE(hit.has_file);
    ASSERT_EQ(hit.results.size(), 2U);
    EXPECT_EQ(hit.results[0].name, "a");
    EXPECT_EQ(hit.results[0].size, 5U);
    EXPECT_EQ(hit.results[0].urn, Urn::parse(sha1_text));
    EXPECT_EQ(hit.results[1].name, "bc");
    EXPECT_EQ(hit.results[1].size, 18'446'744'073'709'551'615U);
    EXPECT_EQ(hit.results[1].urn, std::nullopt);
}

TEST(JsonDecoder, DropsResultsThatNameNoPlainFile) {
    const Decoded decoded =
        with("QUERY-HIT", R"("results":[{},{"size":1},{"name":null},{"name":""},{"name":"."},{"name":".."},)"
                          R"({"name":"a/b"},{"name":"a\\b"},{"name":"a\u0000"},{"name":"\u001b[2J"},{"name":")" +
                              std::string(1025, 'n') + R"("},{"name":"\u006e)" + std::string(2000, 'n') +
                              R"("},{"name":"left"}])");
    ASSERT_TRUE(decoded.is_message());
    ASSERT_EQ(decoded.as<QueryHit>().results.size(), 1U);
    EXPECT_EQ(decoded.as<QueryHit>().results[0].name, "left");
}

TEST(JsonDecoder, HasNoFileWhenNoResultIsLeft) {
    EXPECT_FALSE(with("QUERY-HIT", R"("results":[{"name":"../a"}])").as<QueryHit>().has_file);
    EXPECT_FALSE(with("QUERY-HIT", R"("results":[])").as<QueryHit>().has_file);
}

TEST(JsonDecoder, AResultWithAUrnOfAnUnknownKindHasNone) {
    const Decoded decoded = with("QUERY-HIT", R"("results":[{"name":"a","urn":"urn:md5:abc"}])");
    ASSERT_EQ(decoded.as<QueryHit>().results.size(), 1U);
    EXPECT_EQ(decoded.as<QueryHit>().results[0].urn, std::nullopt);
}

TEST(JsonDecoder, IgnoresUnknownMembersOfResults) {
    const Decoded decoded = with(
        "QUERY-HIT", R"("results":[{"type":"PING","x":{"name":"no"},"name":"a","y":[{"name":"no"},["no"]],"size":2}])");
    ASSERT_EQ(decoded.as<QueryHit>().results.size(), 1U);
    EXPECT_EQ(decoded.as<QueryHit>().results[0].name, "a");
    EXPECT_EQ(decoded.as<QueryHit>().results[0].size, 2U);
}

TEST(JsonDecoder, KeepsTheFirstResults) {
    std::string list;
    for (int i = 0; i < 100; ++i) {
        list += (i == 0 ? "{\"name\":\"f" : ",{\"name\":\"f") + std::to_string(i) + "\"}";
    }
    const Decoded decoded = with("QUERY-HIT", "\"results\":[" + list + "]");
    ASSERT_EQ(decoded.as<QueryHit>().results.size(), 64U);
    EXPECT_EQ(decoded.as<QueryHit>().results.back().name, "f63");
}

TEST(JsonDecoder, ReadsTransportsAndIgnoresThoseItDoesNotKnow) {
    const TransportSet transports =
        with("QUERY-HIT", R"("transports":["carrier pigeon","http"])").as<QueryHit>().transports;
    EXPECT_TRUE(transports.has(Transport::http));
    EXPECT_FALSE(transports.has(Transport::quic));
    EXPECT_TRUE(with("QUERY-HIT", R"("transports":[])").as<QueryHit>().transports.empty());
}

TEST(JsonDecoder, KeepsTheFirstPushProxiesThatCanBeAny) {
    std::string list = "\"" + std::string(300, 'h') + "\"";
    for (int i = 0; i < 30; ++i) {
        list += ",\"h" + std::to_string(i) + ":1\"";
    }
    const Decoded decoded = with("QUERY-HIT", "\"hosts\":[\"a:1\"],\"firewalled\":true,\"proxies\":[" + list + "]");
    const auto& hit = decoded.as<QueryHit>();
    EXPECT_EQ(hit.state.firewalled, true);
    EXPECT_THAT(hit.push_proxies, testing::SizeIs(max_push_proxies));
    EXPECT_EQ(hit.push_proxies.front(), "h0:1");
    EXPECT_THAT(with("QUERY-HIT", "\"proxies\":[\"a:1\"],\"proxies\":null").as<QueryHit>().push_proxies, IsEmpty());
    EXPECT_EQ(with("QUERY-HIT", "\"firewalled\":false").as<QueryHit>().state.firewalled, std::nullopt);
}

TEST(JsonDecoder, CutsALongClientAsItDoesAnAgent) {
    EXPECT_EQ(with("QUERY-HIT", "\"client\":\"" + std::string(127, 'a') + "\u00e5\"").as<QueryHit>().client,
              std::string(127, 'a'));
}

// ---- BYE ----

TEST(JsonDecoder, ReadsWhyANeighbourLeaves) {
    const Decoded decoded = with("BYE", R"("code":400,"reason":"bad \u006dessage")");
    EXPECT_EQ(decoded.as<Bye>().code, 400);
    EXPECT_EQ(decoded.as<Bye>().reason, "bad message");
    EXPECT_EQ(with("BYE", "\"reason\":\"" + std::string(2000, 'r') + "\"").as<Bye>().reason, std::string(256, 'r'));
}

// ---- what does not matter ----

TEST(JsonDecoder, PassesOverUnknownTypes) {
    for (const char* object : {R"({"type":"PUSH"})", R"({"type":"ping","id":7})", R"({"type":"","ttl":"x"})",
                               R"({"type":"QUERY ","id":"x"})", R"({"port":-1,"type":"QUERY-HITS"})"}) {
        const Decoded decoded(object);
        EXPECT_EQ(decoded.outcome(), JsonDecoder::Outcome::unknown_type) << object;
        EXPECT_EQ(decoded.step.consumed, decoded.bytes.size());
    }
}

TEST(JsonDecoder, IgnoresUnknownFieldsWhateverTheyHold) {
    EXPECT_TRUE(with("PING", R"("x":{"type":"BYE","id":5},"y":[[["id"]],{"port":-1}],"z":1e400,"":null,"Type":7)")
                    .is_message());
}

TEST(JsonDecoder, IgnoresFieldsOfOtherMessages) {
    EXPECT_TRUE(with("PING", R"("ttl":"x","file":7,"results":[1],"hosts":5,"code":-1,"hasFile":"no")").is_message());
    EXPECT_TRUE(with("BYE", R"("v":-1,"peer":[],"host":5,"transports":{})").is_message());
    EXPECT_FALSE(with("PING", R"("ttl":5)").message.carries_ttl());
}

TEST(JsonDecoder, OfAFieldGivenTwiceTheLastCounts) {
    EXPECT_EQ(with("QUERY", R"("file":"a","file":"b","ttl":1,"ttl":2)").as<Query>().text, "b");
    EXPECT_EQ(with("QUERY", R"("file":"a","ttl":1,"ttl":2)").message.ttl, 2);
    EXPECT_TRUE(with("BYE", R"("type":"PING")").message.body.index() == 0);
    EXPECT_TRUE(with("QUERY", R"("file":5,"file":"b")").is_message());
    EXPECT_EQ(with("QUERY", R"("file":"b","file":5)").problem(), Malformed::wrong_kind);
    EXPECT_EQ(with("QUERY", R"("file":"b","file":null)").problem(), Malformed::missing_field);
    EXPECT_THAT(with("PONG", R"("hosts":["a:1"],"hosts":["b:1"])").as<Pong>().hosts, ElementsAre("b:1"));
    EXPECT_THAT(with("PONG", R"("hosts":["a:1"],"hosts":null)").as<Pong>().hosts, IsEmpty());
    EXPECT_TRUE(with("PONG", R"("hosts":[5],"hosts":["b:1"])").is_message());
    EXPECT_TRUE(with("QUERY-HIT", R"("transports":["http"],"transports":null)").as<QueryHit>().transports.empty());
    const Decoded hit = with("QUERY-HIT", R"("results":[{"name":"a"}],"results":[{"name":"b","name":"c"}])");
    ASSERT_EQ(hit.as<QueryHit>().results.size(), 1U);
    EXPECT_EQ(hit.as<QueryHit>().results[0].name, "c");
    EXPECT_FALSE(with("QUERY-HIT", R"("results":[{"name":"a"}],"results":null)").as<QueryHit>().has_file);
}

TEST(JsonDecoder, TheOrderOfFieldsDoesNotMatter) {
    const Decoded decoded(R"({"results":[{"urn":null,"name":"a"}],"port":1,"id":"x","host":"h","type":"QUERY-HIT"})");
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.as<QueryHit>().results.size(), 1U);
}

}  // namespace
}  // namespace gnutella::wire
