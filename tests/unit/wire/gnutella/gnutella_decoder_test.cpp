#include "wire/gnutella/gnutella_decoder.hpp"
#include "wire/known_urns.hpp"

#include "wire/gnutella/bytes.hpp"
#include "wire/gnutella/decoded_binary.hpp"
#include "wire/gnutella/ggep_writer.hpp"
#include "wire/gnutella/hit_extensions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gnutella::wire {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr unsigned ping = 0x00;
constexpr unsigned pong = 0x01;
constexpr unsigned bye = 0x02;
constexpr unsigned route_table = 0x30;
constexpr unsigned vendor = 0x31;
constexpr unsigned push = 0x40;
constexpr unsigned query = 0x80;
constexpr unsigned query_hit = 0x81;

const std::string guid_bytes = "FEDCBA9876543210";

// ---- the header ----

TEST(GnutellaDecoder, ReadsTheHeader) {
    const DecodedBinary decoded(message_of(ping, ""));
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.message.id.to_string(), "30313233-3435-3637-3839-616263646566");
    EXPECT_EQ(decoded.message.id_text, "");
    EXPECT_EQ(decoded.message.ttl, 5);
    EXPECT_EQ(decoded.message.hops, 2);
    EXPECT_EQ(decoded.message.dialect, Dialect::gnutella);
    EXPECT_EQ(decoded.message.raw, decoded.bytes);
    EXPECT_TRUE(decoded.message.carries_ttl());
}

TEST(GnutellaDecoder, WaitsForAWholeMessageHoweverItIsCut) {
    const std::string whole = message_of(query, bytes("\x80\x00name\0"));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const DecodedBinary decoded(whole.substr(0, size));
        EXPECT_EQ(decoded.step.outcome, DecodeOutcome::incomplete) << size;
        EXPECT_EQ(decoded.step.consumed, 0U);
    }
    EXPECT_TRUE(DecodedBinary(whole).is_message());
}

TEST(GnutellaDecoder, TakesNoMoreThanItsMessage) {
    const std::string first = message_of(ping, "");
    const DecodedBinary decoded(first + message_of(bye, hex("c8 0") + "gone"));
    EXPECT_EQ(decoded.step.outcome, DecodeOutcome::message);
    EXPECT_EQ(decoded.step.consumed, first.size());
    EXPECT_EQ(decoded.message.raw, first);
}

TEST(GnutellaDecoder, ALengthThatIsTooLargeEndsTheStreamAtOnce) {
    const DecodeLimits limits{.max_message_size = 100};
    EXPECT_TRUE(DecodedBinary(message_of(ping, std::string(100, 'x')), limits).is_message());
    const std::string header = message_of(ping, std::string(101, 'x')).substr(0, 23);
    const DecodedBinary decoded(header, limits);
    EXPECT_EQ(decoded.step.outcome, DecodeOutcome::malformed);
    EXPECT_EQ(decoded.step.problem, Malformed::too_large);
    const std::string huge = header.substr(0, 19) + "\xFF\xFF\xFF\xFF";
    EXPECT_EQ(DecodedBinary(huge, limits).step.outcome, DecodeOutcome::malformed);
}

TEST(GnutellaDecoder, PassesOverTypesThatItDoesNotKnow) {
    for (const unsigned type : {0x03U, 0x10U, 0x33U, 0x44U, 0x7FU, 0x82U, 0xCDU, 0xFFU}) {
        const DecodedBinary decoded(message_of(type, "anything"));
        EXPECT_EQ(decoded.step.outcome, DecodeOutcome::unknown_type) << type;
        EXPECT_EQ(decoded.step.consumed, decoded.bytes.size());
    }
}

// ---- Ping ----

TEST(GnutellaDecoder, ReadsAPingWithAndWithoutGgep) {
    EXPECT_EQ(DecodedBinary(message_of(ping, "")).as<Ping>().extensions, "");
    EXPECT_EQ(DecodedBinary(message_of(ping, "\xC3\x83SCP\x41\x01")).as<Ping>().extensions, "\xC3\x83SCP\x41\x01");
    EXPECT_EQ(DecodedBinary(message_of(ping, bytes("\xC3\x83SCP\x41\x01\0"))).as<Ping>().extensions,
              "\xC3\x83SCP\x41\x01");
    EXPECT_EQ(DecodedBinary(message_of(ping, "\xC3\x83SCP\x7F\x01")).as<Ping>().extensions, "") << "broken";
}

// ---- Pong ----

TEST(GnutellaDecoder, ReadsAPong) {
    const DecodedBinary decoded(message_of(pong, hex("ca 18 c0 0 2 1 10 0 0 0 0 1 0 0") + "\xC3\x83TLS\x40"));
    ASSERT_TRUE(decoded.is_message());
    const Pong& read = decoded.as<Pong>();
    EXPECT_EQ(read.from.port, 6346);
    EXPECT_EQ(read.from.address, IpAddress::v4({192, 0, 2, 1}));
    IpText room;
    EXPECT_EQ(read.from.host_text(room), "192.0.2.1");
    EXPECT_EQ(read.files, 16U);
    EXPECT_EQ(read.bytes, 256U * 1024);
    EXPECT_EQ(read.extensions, "\xC3\x83TLS\x40");
}

TEST(GnutellaDecoder, AnAddressOf127000StandsForTheIpv6OneInGgep) {
    const std::string six = "\xC3\x81" + std::string("6\x50") + hex("20 1 d b8 0 0 0 0 0 0 0 0 0 0 0 17");
    const DecodedBinary only(message_of(pong, hex("ca 18 7f 0 0 0 0 0 0 0 0 0 0 0") + six));
    IpText room;
    EXPECT_EQ(only.as<Pong>().from.host_text(room), "2001:db8::17");
    const DecodedBinary both(message_of(pong, hex("ca 18 c0 0 2 1 0 0 0 0 0 0 0 0") + six));
    EXPECT_EQ(both.as<Pong>().from.host_text(room), "192.0.2.1");
    const DecodedBinary none(message_of(pong, hex("ca 18 7f 0 0 0 0 0 0 0 0 0 0 0")));
    EXPECT_EQ(none.as<Pong>().from.host_text(room), "127.0.0.0");
}

// ---- Query ----

TEST(GnutellaDecoder, ReadsAQuery) {
    const DecodedBinary decoded(message_of(query, bytes("\xE8\x00 annual report\0")));
    ASSERT_TRUE(decoded.is_message());
    const Query& read = decoded.as<Query>();
    EXPECT_EQ(read.text, " annual report");
    EXPECT_TRUE(read.routed);
    EXPECT_EQ(read.urn, std::nullopt);
    EXPECT_FALSE(read.wants_urns);
    EXPECT_TRUE(read.flags.has(QueryFlag::firewalled));
    EXPECT_TRUE(read.flags.has(QueryFlag::wants_xml));
    EXPECT_TRUE(read.flags.has(QueryFlag::reads_ggep_h));
    EXPECT_FALSE(read.flags.has(QueryFlag::out_of_band));
}

TEST(GnutellaDecoder, AMinimumSpeedIsNoFlags) {
    const DecodedBinary decoded(message_of(query, bytes("\x40\x00x\0")));
    EXPECT_FALSE(decoded.as<Query>().flags.has(QueryFlag::firewalled));
    EXPECT_EQ(decoded.as<Query>().flags.bits(), 0x4000);
}

TEST(GnutellaDecoder, ReadsTheUrnsOfAQueryWhereverTheyStand) {
    const auto with = [](std::string_view extensions) {
        return DecodedBinary(message_of(query, bytes("\x80\x00\0") + std::string(extensions)));
    };
    const Urn sha1 = *Urn::parse(sha1_text);
    EXPECT_EQ(with(sha1_text).as<Query>().urn, sha1);
    EXPECT_EQ(with("URN:SHA1:plsthipqgssZTS5FJUPAKUZWUGYQYPFB").as<Query>().urn, sha1);
    EXPECT_EQ(with(sha1_text + '\0').as<Query>().urn, sha1) << "some put a NUL behind it";
    EXPECT_EQ(with("urn:\x1C" + sha1_text).as<Query>().urn, sha1);
    EXPECT_TRUE(with("urn:\x1C" + sha1_text).as<Query>().wants_urns);
    EXPECT_EQ(with("<xml/>\x1C" + bitprint_text).as<Query>().urn, *Urn::parse(bitprint_text));
    EXPECT_TRUE(with("urn:sha1:").as<Query>().wants_urns);
    EXPECT_TRUE(with("\xC3\x81u\x40").as<Query>().wants_urns);
    EXPECT_FALSE(with(sha1_text).as<Query>().wants_urns);
    std::string ggep;
    GgepWriter write(ggep);
    write.add("u", sha1_text.substr(4));
    EXPECT_EQ(with(ggep).as<Query>().urn, sha1);
    EXPECT_EQ(with("urn:\x1C" + ggep).as<Query>().urn, sha1);
    std::string hash;
    GgepWriter(hash).add("H", '\1' + std::string(reinterpret_cast<const char*>(sha1.sha1()->data()), 20));
    EXPECT_EQ(with(hash).as<Query>().urn, sha1);
}

TEST(GnutellaDecoder, NonsenseBehindAQueryIsPassedByAndKept) {
    for (const char* extensions :
         {"urn:sha1:TOO-SHORT", "\xC3", "\xC3\x81x", "\x1C\x1C\x1C", "anything", "{deflate}x"}) {
        const DecodedBinary decoded(message_of(query, bytes("\x80\x00x\0") + extensions));
        ASSERT_TRUE(decoded.is_message()) << extensions;
        EXPECT_EQ(decoded.as<Query>().extensions, extensions);
        EXPECT_EQ(decoded.as<Query>().urn, std::nullopt);
    }
}

TEST(GnutellaDecoder, DropsQueriesThatAreNone) {
    EXPECT_EQ(DecodedBinary(message_of(query, "")).dropped_for(), Malformed::cut_short);
    EXPECT_EQ(DecodedBinary(message_of(query, "x")).dropped_for(), Malformed::cut_short);
    EXPECT_EQ(DecodedBinary(message_of(query, "\x80\x01")).dropped_for(), Malformed::cut_short);
    EXPECT_EQ(DecodedBinary(message_of(query, "\x80\x01 no NUL")).dropped_for(), Malformed::cut_short);
    EXPECT_TRUE(DecodedBinary(message_of(query, bytes("\x80\x00\0") + std::string(4093, 'x'))).is_message());
    EXPECT_EQ(DecodedBinary(message_of(query, bytes("\x80\x00\0") + std::string(4094, 'x'))).dropped_for(),
              Malformed::too_large);
}

// ---- Query Hit ----

const std::string hit_head = hex("1 ca 18 c0 0 2 1 64 0 0 0");
const std::string one_result = hex("7 0 0 0 0 1 0 0") + bytes("notes.txt\0");

TEST(GnutellaDecoder, ReadsTheSmallestQueryHit) {
    const DecodedBinary decoded(message_of(query_hit, hit_head + one_result + '\0' + guid_bytes));
    ASSERT_TRUE(decoded.is_message());
    const QueryHit& hit = decoded.as<QueryHit>();
    EXPECT_EQ(hit.from.address, IpAddress::v4({192, 0, 2, 1}));
    EXPECT_EQ(hit.from.port, 6346);
    EXPECT_EQ(hit.speed, 100U);
    EXPECT_EQ(hit.peer->to_string(), "46454443-4241-3938-3736-353433323130");
    EXPECT_TRUE(hit.has_file);
    EXPECT_TRUE(hit.transports.has(Transport::http));
    EXPECT_EQ(hit.vendor, "");
    EXPECT_EQ(hit.state, ServentState{});
    ASSERT_THAT(hit.results, SizeIs(1));
    EXPECT_EQ(hit.results[0].index, 7U);
    EXPECT_EQ(hit.results[0].size, 256U);
    EXPECT_EQ(hit.results[0].name, "notes.txt");
    EXPECT_EQ(hit.results[0].urn, std::nullopt);
}

TEST(GnutellaDecoder, ReadsTheExtensionsOfAResult) {
    std::string ggep;
    GgepWriter write(ggep, GgepWriter::Nuls::forbidden);
    write.add("LF", bytes("\x00\x00\x00\x00\x05"));
    write.add("LF", bytes("\x01\x00\x00\x00\x07"));  // the first counts
    write.add("TT", std::string(reinterpret_cast<const char*>(bitprint.tiger()->data()), 24));
    const std::string area = sha1_text + "\x1C" + "192 kbps 3:23\x1C" + ggep;
    const DecodedBinary decoded(message_of(query_hit, hit_head + one_result + area + '\0' + guid_bytes));
    ASSERT_TRUE(decoded.is_message());
    const Result& result = decoded.as<QueryHit>().results.at(0);
    EXPECT_EQ(result.urn, bitprint);
    EXPECT_EQ(result.size, 5ULL << 32);
    EXPECT_EQ(result.extensions, area);
}

TEST(GnutellaDecoder, ReadsTheTrailer) {
    // Push: not set (enabled in the second byte); busy: set; uploaded: no; speed: not said; GGEP: there.
    const std::string trailer = "GTKG" + hex("2 2c 25") + "\xC3\x82" + "BH\x40";
    const DecodedBinary decoded(message_of(query_hit, hit_head + one_result + '\0' + trailer + guid_bytes));
    ASSERT_TRUE(decoded.is_message());
    const QueryHit& hit = decoded.as<QueryHit>();
    EXPECT_EQ(hit.vendor, "GTKG");
    EXPECT_EQ(hit.state.firewalled, false);
    EXPECT_EQ(hit.state.busy, true);
    EXPECT_EQ(hit.state.has_uploaded, false);
    EXPECT_EQ(hit.state.speed_measured, std::nullopt);
    EXPECT_EQ(hit.extensions,
              "\xC3\x82"
              "BH\x40");
}

TEST(GnutellaDecoder, TheFlagForPushIsTheOtherWayRound) {
    const auto firewalled = [](std::string_view flags) {
        return DecodedBinary(
                   message_of(query_hit, hit_head + one_result + '\0' + "LIME\2" + std::string(flags) + guid_bytes))
            .as<QueryHit>()
            .state.firewalled;
    };
    EXPECT_EQ(firewalled(hex("1 1")), true);
    EXPECT_EQ(firewalled(hex("0 1")), false);
    EXPECT_EQ(firewalled(hex("1 0")), std::nullopt);
}

TEST(GnutellaDecoder, FindsGgepAndXmlInThePrivateArea) {
    const std::string ggep =
        "\xC3\x82"
        "BH\x40";
    const std::string xml = bytes("<audios/>\0");
    const std::string trailer = "LIME" + hex("4 20 20 a 0") + 'p' + ggep + "between" + xml;
    const DecodedBinary decoded(message_of(query_hit, hit_head + one_result + '\0' + trailer + guid_bytes));
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.as<QueryHit>().extensions, ggep);
    EXPECT_EQ(decoded.as<QueryHit>().xml, "<audios/>");
}

TEST(GnutellaDecoder, ATrailerThatLiesCountsForNothing) {
    for (const std::string& trailer : {std::string("LIM"), std::string("LIME"), "LIME" + hex("0"), "LIME" + hex("ff"),
                                       "LIME" + hex("ff 0 0"), "LIME" + hex("1 20"),
                                       "LIME" + hex("4 20 20 ff ff") +
                                           "\xC3\x82"
                                           "BH",
                                       "LIME" + hex("2 20 20") + "\xC3", "BEAR" + hex("2 20 20") + "no magic"}) {
        const DecodedBinary decoded(message_of(query_hit, hit_head + one_result + '\0' + trailer + guid_bytes));
        ASSERT_TRUE(decoded.is_message()) << trailer;
        EXPECT_THAT(decoded.as<QueryHit>().results, SizeIs(1));
        EXPECT_EQ(decoded.as<QueryHit>().extensions, "");
        EXPECT_EQ(decoded.as<QueryHit>().xml, "");
    }
}

TEST(GnutellaDecoder, PassesOverResultsWithoutAPlainName) {
    const std::string head = hex("3 ca 18 c0 0 2 1 64 0 0 0");
    const std::string numbers = hex("1 0 0 0 2 0 0 0");
    const DecodedBinary decoded(message_of(query_hit, head + numbers + bytes("../etc\0\0") + numbers + bytes("\0\0") +
                                                          numbers + bytes("good\0\0") + guid_bytes));
    ASSERT_TRUE(decoded.is_message());
    ASSERT_THAT(decoded.as<QueryHit>().results, SizeIs(1));
    EXPECT_EQ(decoded.as<QueryHit>().results[0].name, "good");
    const DecodedBinary none(message_of(query_hit, hit_head + numbers + bytes("a/b\0\0") + guid_bytes));
    EXPECT_FALSE(none.as<QueryHit>().has_file);
}

TEST(GnutellaDecoder, KeepsAsManyResultsAsItMay) {
    std::string payload = hex("c8 ca 18 c0 0 2 1 64 0 0 0");
    for (int i = 0; i < 200; ++i) {
        payload += one_result + '\0';
    }
    payload += "GTKG" + hex("2 0 0") + guid_bytes;
    const DecodedBinary decoded(message_of(query_hit, payload), DecodeLimits{.max_results = 64});
    ASSERT_TRUE(decoded.is_message());
    EXPECT_THAT(decoded.as<QueryHit>().results, SizeIs(64));
    EXPECT_EQ(decoded.as<QueryHit>().vendor, "GTKG") << "the trailer comes after all of them";
}

TEST(GnutellaDecoder, DropsQueryHitsThatAreCutShortWherever) {
    const std::string payload = hit_head + one_result + sha1_text + '\0' + guid_bytes;
    for (std::size_t size = 0; size < payload.size(); ++size) {
        EXPECT_EQ(DecodedBinary(message_of(query_hit, payload.substr(0, size))).dropped_for(), Malformed::cut_short)
            << size;
    }
}

TEST(GnutellaDecoder, DropsQueryHitsWithFewerResultsThanTheySay) {
    for (const int count : {2, 3, 255}) {
        const std::string payload =
            static_cast<char>(count) + hit_head.substr(1) + one_result + '\0' + std::string(200, '\0') + guid_bytes;
        const auto problem = DecodedBinary(message_of(query_hit, payload)).dropped_for();
        EXPECT_EQ(problem, count == 255 ? std::optional(Malformed::cut_short) : std::nullopt) << count;
    }
    const DecodedBinary none(message_of(query_hit, '\0' + hit_head.substr(1) + guid_bytes));
    ASSERT_TRUE(none.is_message());
    EXPECT_FALSE(none.as<QueryHit>().has_file);
}

// ---- Push ----

TEST(GnutellaDecoder, ReadsAPush) {
    const DecodedBinary decoded(message_of(push, guid_bytes + hex("7 0 0 0 c0 0 2 1 ca 18") + "\xC3\x83TLS\x40"));
    ASSERT_TRUE(decoded.is_message());
    const Push& read = decoded.as<Push>();
    EXPECT_EQ(read.target.to_string(), "46454443-4241-3938-3736-353433323130");
    EXPECT_EQ(read.index, 7U);
    EXPECT_EQ(read.to.address, IpAddress::v4({192, 0, 2, 1}));
    EXPECT_EQ(read.to.port, 6346);
    EXPECT_EQ(read.extensions, "\xC3\x83TLS\x40");
}

// ---- Bye ----

TEST(GnutellaDecoder, ReadsAByeWithAndWithoutHeaders) {
    const DecodedBinary plain(message_of(bye, hex("c8 0") + bytes("Shutting down\0")));
    EXPECT_EQ(plain.as<Bye>().code, 200);
    EXPECT_EQ(plain.as<Bye>().reason, "Shutting down");
    EXPECT_EQ(plain.as<Bye>().headers, "");
    const DecodedBinary full(message_of(bye, hex("f6 1") + bytes("Full\r\nServer: x/1\r\nX-Try: 1.2.3.4:5\r\n\r\n\0")));
    EXPECT_EQ(full.as<Bye>().code, 502);
    EXPECT_EQ(full.as<Bye>().reason, "Full");
    EXPECT_EQ(full.as<Bye>().headers, "Server: x/1\r\nX-Try: 1.2.3.4:5\r\n\r\n");
    EXPECT_EQ(DecodedBinary(message_of(bye, hex("c8 0"))).as<Bye>().reason, "");
    EXPECT_EQ(DecodedBinary(message_of(bye, hex("c8 0") + "no NUL")).as<Bye>().reason, "no NUL");
    EXPECT_THAT(DecodedBinary(message_of(bye, hex("c8 0") + std::string(1000, 'x'))).as<Bye>().reason, SizeIs(256));
}

// ---- the rest ----

TEST(GnutellaDecoder, ReadsVendorMessages) {
    const DecodedBinary decoded(message_of(vendor, "BEAR" + hex("4 0 1 0 7")));
    ASSERT_TRUE(decoded.is_message());
    const VendorMessage& read = decoded.as<VendorMessage>();
    EXPECT_EQ(std::string(read.vendor.data(), 4), "BEAR");
    EXPECT_EQ(read.selector, 4);
    EXPECT_EQ(read.version, 1);
    EXPECT_EQ(read.payload, "\x07");
    EXPECT_TRUE(
        std::holds_alternative<VendorMessage>(DecodedBinary(message_of(0x32, decoded.bytes.substr(23))).message.body));
}

TEST(GnutellaDecoder, ReadsRouteTables) {
    const DecodedBinary reset(message_of(route_table, hex("0 0 0 1 0 7")));
    EXPECT_EQ(reset.as<RouteTableReset>().length, 65536U);
    EXPECT_EQ(reset.as<RouteTableReset>().infinity, 7);
    const DecodedBinary patch(message_of(route_table, hex("1 2 3 1 4 aa bb")));
    EXPECT_EQ(patch.as<RouteTablePatch>().number, 2);
    EXPECT_EQ(patch.as<RouteTablePatch>().count, 3);
    EXPECT_EQ(patch.as<RouteTablePatch>().compressor, 1);
    EXPECT_EQ(patch.as<RouteTablePatch>().entry_bits, 4);
    EXPECT_EQ(patch.as<RouteTablePatch>().data, "\xAA\xBB");
    EXPECT_EQ(DecodedBinary(message_of(route_table, hex("2 0 0 0 0 0"))).dropped_for(), Malformed::wrong_kind);
}

TEST(GnutellaDecoder, DropsWhatEndsBeforeItsFieldsDo) {
    struct Shortest {
        unsigned type;
        std::string payload;
    };
    for (const Shortest& shortest :
         {Shortest{pong, std::string(14, '\1')}, Shortest{push, std::string(26, '\1')}, Shortest{bye, "\1\1"},
          Shortest{vendor, std::string(8, '\1')}, Shortest{route_table, hex("0 8 0 0 0 7")},
          Shortest{route_table, hex("1 1 1 0 4")}}) {
        EXPECT_TRUE(DecodedBinary(message_of(shortest.type, shortest.payload)).is_message()) << shortest.type;
        for (std::size_t size = 0; size < shortest.payload.size(); ++size) {
            EXPECT_EQ(DecodedBinary(message_of(shortest.type, shortest.payload.substr(0, size))).dropped_for(),
                      Malformed::cut_short)
                << shortest.type << ' ' << size;
        }
    }
}

}  // namespace
}  // namespace gnutella::wire
