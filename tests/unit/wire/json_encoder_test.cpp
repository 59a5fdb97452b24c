#include "wire/json_encoder.hpp"
#include "wire/known_urns.hpp"

#include "wire/decoded.hpp"
#include "wire/json_writer.hpp"

#include <gmock/gmock.h>

namespace gnutella::wire {
namespace {

using ::testing::ElementsAre;

const std::string id = "00112233-4455-6677-8899-aabbccddeeff";
const Urn sha1 = *Urn::parse("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB");
const Guid peer = *Guid::parse("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");

Decoded decode(const Frame& frame) {
    return Decoded(frame.bytes());
}

TEST(JsonEncoder, APingReadsBackAsItWas) {
    const auto frame = encode_ping(
        id, {.from = {"10.0.0.1", 8025}, .introduction = {.version = 1, .agent = "libgnutella/0.1.0", .peer = peer}});
    const Decoded decoded = decode(frame);
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.message.id, *Guid::parse(id));
    EXPECT_EQ(decoded.message.id_text, id);
    const Ping& ping = decoded.as<Ping>();
    EXPECT_EQ(ping.from.host, "10.0.0.1");
    EXPECT_EQ(ping.from.port, 8025);
    EXPECT_EQ(ping.introduction.version, 1U);
    EXPECT_EQ(ping.introduction.agent, "libgnutella/0.1.0");
    EXPECT_EQ(ping.introduction.peer, peer);
}

TEST(JsonEncoder, APongReadsBackAsItWas) {
    Pong pong{.from = {"10.0.0.1", 8025},
              .introduction = {.version = 1, .agent = "a", .peer = peer},
              .files = 18'446'744'073'709'551'615U,
              .bytes = 7,
              .hosts = {}};
    pong.hosts = {"10.0.0.2:8025", "[2001:db8::1]:1"};
    const Decoded decoded = decode(encode_pong(id, pong));
    ASSERT_TRUE(decoded.is_message());
    const Pong& read = decoded.as<Pong>();
    EXPECT_EQ(decoded.message.id_text, id);
    EXPECT_EQ(read.from.host, "10.0.0.1");
    EXPECT_EQ(read.from.port, 8025);
    EXPECT_EQ(read.introduction.version, 1U);
    EXPECT_EQ(read.introduction.agent, "a");
    EXPECT_EQ(read.introduction.peer, peer);
    EXPECT_EQ(read.files, 18'446'744'073'709'551'615U);
    EXPECT_EQ(read.bytes, 7U);
    EXPECT_THAT(read.hosts, ElementsAre("10.0.0.2:8025", "[2001:db8::1]:1"));
}

TEST(JsonEncoder, APongToALegacyPeerHasNoExtensions) {
    const auto frame =
        encode_pong("<function uuid3 at 0x7f>",
                    {.from = {"10.0.0.1", 8025}, .introduction = {}, .files = 3, .bytes = 7, .hosts = {}});
    EXPECT_EQ(frame.bytes(),
              "{\"type\":\"PONG\",\"host\":\"10.0.0.1\",\"port\":8025,\"id\":\"<function uuid3 at 0x7f>\"}\n");
}

TEST(JsonEncoder, AQueryReadsBackAsItWas) {
    const auto frame = encode_query(
        id, {.asker = {"10.0.0.1", 40'000}, .text = "blue report.pdf", .urn = bitprint, .routed = true}, 5, 2);
    const Decoded decoded = decode(frame);
    ASSERT_TRUE(decoded.is_message());
    const Query& query = decoded.as<Query>();
    EXPECT_EQ(query.asker.host, "10.0.0.1");
    EXPECT_EQ(query.asker.port, 40'000);
    EXPECT_EQ(query.text, "blue report.pdf");
    EXPECT_EQ(query.urn, bitprint);
    EXPECT_TRUE(query.routed);
    EXPECT_EQ(decoded.message.ttl, 5);
    EXPECT_EQ(decoded.message.hops, 2);
    EXPECT_TRUE(decoded.message.carries_ttl());
    EXPECT_FALSE(query.flags.has(QueryFlag::firewalled));
}

TEST(JsonEncoder, AQueryOfOneThatIsFirewalledReadsBackAsItWas) {
    Query query{.asker = {"10.0.0.1", 40'000}, .text = "blue", .urn = {}, .routed = true};
    query.flags = query.flags.with(QueryFlag::firewalled);
    EXPECT_TRUE(decode(encode_query(id, query, 5, 2)).as<Query>().flags.has(QueryFlag::firewalled));
}

TEST(JsonEncoder, AQueryHitReadsBackAsItWas) {
    QueryHit hit{.from = {"10.0.0.1", 8025}, .has_file = true, .peer = peer, .transports = {}, .results = {}};
    hit.transports.add(Transport::http);
    hit.transports.add(Transport::quic);
    hit.client = "gtk-gnutella/1.2.3";
    hit.state.firewalled = true;
    hit.push_proxies = {"10.0.0.2:8025", "[2001:db8::1]:1"};
    hit.results.push_back({.name = "blue report.pdf", .size = 123, .urn = bitprint});
    hit.results.push_back({.name = "bl\xC3\xA5.txt", .size = 0, .urn = std::nullopt});
    const Decoded decoded = decode(encode_query_hit(id, hit));
    ASSERT_TRUE(decoded.is_message());
    const QueryHit& read = decoded.as<QueryHit>();
    EXPECT_EQ(read.from.host, "10.0.0.1");
    EXPECT_EQ(read.from.port, 8025);
    EXPECT_TRUE(read.has_file);
    EXPECT_EQ(read.peer, peer);
    EXPECT_EQ(read.transports, hit.transports);
    EXPECT_EQ(read.client, "gtk-gnutella/1.2.3");
    EXPECT_EQ(read.state.firewalled, true);
    EXPECT_THAT(read.push_proxies, ElementsAre("10.0.0.2:8025", "[2001:db8::1]:1"));
    ASSERT_EQ(read.results.size(), 2U);
    EXPECT_EQ(read.results[0].name, "blue report.pdf");
    EXPECT_EQ(read.results[0].size, 123U);
    EXPECT_EQ(read.results[0].urn, bitprint);
    EXPECT_EQ(read.results[1].name, "bl\xC3\xA5.txt");
    EXPECT_EQ(read.results[1].size, 0U);
    EXPECT_EQ(read.results[1].urn, std::nullopt);
}

TEST(JsonEncoder, AByeReadsBackAsItWas) {
    const Decoded decoded = decode(encode_bye({"10.0.0.1", 8025}, {.code = 400, .reason = "not JSON"}));
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.as<Bye>().code, 400);
    EXPECT_EQ(decoded.as<Bye>().reason, "not JSON");
}

TEST(JsonEncoder, BeginsAsTheSeedDoesAndEndsWithANewline) {
    EXPECT_EQ(encode_ping("x", {.from = {"h", 1}, .introduction = {}}).bytes(),
              "{\"type\":\"PING\",\"host\":\"h\",\"port\":1,\"id\":\"x\"}\n");
    EXPECT_EQ(encode_bye({"h", 1}, {}).bytes(), "{\"type\":\"BYE\",\"host\":\"h\",\"port\":1}\n");
    EXPECT_EQ(encode_query("x", {.asker = {"h", 1}, .text = "f", .urn = {}, .routed = true}, 7, 0).bytes(),
              "{\"type\":\"QUERY\",\"host\":\"h\",\"port\":1,\"file\":\"f\",\"id\":\"x\",\"ttl\":7,\"hops\":0,"
              "\"reply\":\"routed\"}\n");
}

TEST(JsonEncoder, AnAnswerToAPingWithoutIdHasNone) {
    const Decoded decoded = decode(encode_pong("", {.from = {"h", 1}, .introduction = {}, .hosts = {}}));
    ASSERT_TRUE(decoded.is_message());
    EXPECT_TRUE(decoded.message.id.is_nil());
    EXPECT_EQ(decoded.message.id_text, "");
}

TEST(JsonEncoder, AQueryForAUrnAloneStillNamesAFileForLegacyPeers) {
    const auto frame = encode_query(id, {.asker = {"h", 1}, .text = "", .urn = sha1, .routed = true}, 7, 0);
    EXPECT_NE(frame.bytes().find("\"file\":\"\""), std::string_view::npos);
    const Decoded decoded = decode(frame);
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.as<Query>().urn, sha1);
}

TEST(JsonEncoder, AQueryHitTellsLegacyPeersWhetherThereIsAFile) {
    const auto yes =
        encode_query_hit(id, {.from = {"h", 1}, .has_file = true, .peer = {}, .transports = {}, .results = {}});
    const auto no =
        encode_query_hit(id, {.from = {"h", 1}, .has_file = false, .peer = {}, .transports = {}, .results = {}});
    EXPECT_NE(yes.bytes().find("\"hasFile\":true"), std::string_view::npos);
    EXPECT_NE(no.bytes().find("\"hasFile\":false"), std::string_view::npos);
}

std::string encoded_text(std::string_view text) {
    std::string buffer;
    JsonWriter json(buffer);
    buffer.clear();
    json.text(text);
    return buffer;
}

TEST(JsonEncoder, EscapesWhatJsonAsksFor) {
    EXPECT_EQ(encoded_text("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    EXPECT_EQ(encoded_text("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
    EXPECT_EQ(encoded_text(std::string_view("\0\x01\x1F\x7F", 4)), "\"\\u0000\\u0001\\u001f\x7F\"");
}

TEST(JsonEncoder, EveryByteReadsBackAsItWas) {
    for (int byte = 0; byte < 0x80; ++byte) {
        const std::string text{'<', static_cast<char>(byte), '>'};
        const auto frame = encode_query("x", {.asker = {"h", 1}, .text = text, .urn = {}, .routed = false}, 1, 0);
        const Decoded decoded = decode(frame);
        ASSERT_TRUE(decoded.is_message()) << byte;
        EXPECT_EQ(decoded.as<Query>().text, text) << byte;
    }
}

TEST(JsonEncoder, WritesUtf8AsItIs) {
    const std::string text = "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xB5";
    EXPECT_EQ(encoded_text(text), "\"" + text + "\"");
}

TEST(JsonEncoder, WritesAReplacementForWhatIsNotUtf8) {
    const std::string replaced =
        "\"a\xEF\xBF\xBD"
        "b\"";
    EXPECT_EQ(encoded_text("a\xFF"
                           "b"),
              replaced);
    EXPECT_EQ(encoded_text("a\xC3"
                           "b"),
              replaced);  // cut short
    EXPECT_EQ(encoded_text("a\x80"
                           "b"),
              replaced);                                    // a continuation of nothing
    EXPECT_EQ(encoded_text("a\xC3"), "\"a\xEF\xBF\xBD\"");  // at the end
    for (const char* text : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xF0\x9F"}) {
        const std::string begin = "{\"type\":\"QUERY\",\"id\":\"x\",\"file\":";
        EXPECT_TRUE(Decoded(begin + encoded_text(text) + "}").is_message());
        EXPECT_NE(encoded_text(text).find("\xEF\xBF\xBD"), std::string::npos);
    }
}

// ---- encode_forward ----

std::string forwarded(const std::string& bytes, std::uint8_t ttl, std::uint8_t hops) {
    const Decoded decoded(bytes);
    EXPECT_TRUE(decoded.is_message()) << bytes;
    return std::string(encode_forward(decoded.message, ttl, hops).bytes());
}

TEST(JsonForward, PutsNewNumbersInTheOldPlaces) {
    EXPECT_EQ(forwarded(R"({"type":"QUERY","id":"x","file":"f","ttl":7,"hops":0})", 6, 1),
              R"({"type":"QUERY","id":"x","file":"f","ttl":6,"hops":1})"
              "\n");
}

TEST(JsonForward, KeepsOrderWhiteSpaceAndUnknownFields) {
    EXPECT_EQ(forwarded("{ \"hops\" :\t9 ,\"x\":{\"ttl\":[1,{\"hops\":3}]},\r\n\"ttl\":\n 10\n, \"file\":\"\\u0066\", "
                        "\"id\":\"x\", \"type\":\"QUERY\", \"y\":null }",
                        9, 10),
              "{ \"hops\" :\t10 ,\"x\":{\"ttl\":[1,{\"hops\":3}]},\r\n\"ttl\":\n 9\n, \"file\":\"\\u0066\", "
              "\"id\":\"x\", \"type\":\"QUERY\", \"y\":null }\n");
}

TEST(JsonForward, GrowsAndShrinksWithTheDigits) {
    const std::string query = R"({"ttl":100,"hops":9,"type":"QUERY","id":"x","file":"f"})";
    EXPECT_EQ(forwarded(query, 99, 10), R"({"ttl":99,"hops":10,"type":"QUERY","id":"x","file":"f"})"
                                        "\n");
    EXPECT_EQ(forwarded(query, 0, 255), R"({"ttl":0,"hops":255,"type":"QUERY","id":"x","file":"f"})"
                                        "\n");
}

TEST(JsonForward, ReplacesNumbersThatAreTooLargeAltogether) {
    EXPECT_EQ(forwarded(R"({"type":"QUERY","id":"x","file":"f","ttl":99999999999999999999999,"hops":-0})", 6, 1),
              R"({"type":"QUERY","id":"x","file":"f","ttl":6,"hops":1})"
              "\n");
}

TEST(JsonForward, SendsALegacyQueryByteForByte) {
    const std::string legacy =
        R"({"type": "QUERY", "host": "DESKTOP-3T", "port": 8027, "file": "a.txt", "id": "c0ffee00-1234-11ee-8000-0242ac120002"})";
    EXPECT_EQ(forwarded(legacy, 6, 1), legacy + "\n");
    const std::string with_hops_alone = R"({"type":"QUERY","id":"x","file":"f","hops":3})";
    EXPECT_EQ(forwarded(with_hops_alone, 6, 4), with_hops_alone + "\n");
}

TEST(JsonForward, LeavesOutHopsWhereThereAreNone) {
    EXPECT_EQ(forwarded(R"({"type":"QUERY","id":"x","file":"f","ttl":7})", 6, 1),
              R"({"type":"QUERY","id":"x","file":"f","ttl":6})"
              "\n");
}

TEST(JsonForward, OfAFieldGivenTwiceChangesTheOneThatCounts) {
    EXPECT_EQ(forwarded(R"({"type":"QUERY","id":"x","file":"f","ttl":3,"ttl":7,"hops":0})", 6, 1),
              R"({"type":"QUERY","id":"x","file":"f","ttl":3,"ttl":6,"hops":1})"
              "\n");
}

TEST(JsonForward, PassesAQueryHitOnAsItIs) {
    const std::string hit = R"({"type":"QUERY-HIT","id":"x","hasFile":true,"ttl":7,"hops":0,"new":{"a":[1]}})";
    EXPECT_EQ(forwarded(hit, 6, 1), hit + "\n");
}

TEST(JsonForward, TheNextPeerReadsWhatWasMeant) {
    const Decoded next(forwarded(R"({"hops":2,"type":"QUERY","id":"x","file":"f","ttl":5})", 4, 3));
    ASSERT_TRUE(next.is_message());
    EXPECT_EQ(next.message.ttl, 4);
    EXPECT_EQ(next.message.hops, 3);
}

}  // namespace
}  // namespace gnutella::wire
