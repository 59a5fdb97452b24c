#include "wire/gnutella/gnutella_encoder.hpp"

#include "wire/allocation_counter.hpp"
#include "wire/forward.hpp"
#include "wire/gnutella/bytes.hpp"
#include "wire/gnutella/decoded_binary.hpp"
#include "wire/gnutella/ggep.hpp"
#include "wire/gnutella/message_header.hpp"
#include "wire/json_decoder.hpp"
#include "wire/json_encoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace gnutella::wire {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const MessageRoute route{.id = *Guid::parse("00112233-4455-6677-ff99-aabbccddee00"), .ttl = 4, .hops = 3};
const Guid servent = *Guid::parse("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");
const IpAddress ipv4 = IpAddress::v4({192, 0, 2, 1});
const IpAddress ipv6 = *parse_ip("2001:db8::17");
const std::string ggep = "\xC3\x83TLS\x40";

void expect_the_route(const DecodedBinary& decoded) {
    ASSERT_TRUE(decoded.is_message());
    EXPECT_EQ(decoded.message.id, route.id);
    EXPECT_EQ(decoded.message.ttl, route.ttl);
    EXPECT_EQ(decoded.message.hops, route.hops);
}

TEST(GnutellaEncoder, WritesTheHeaderOfTheSpecification) {
    const Frame frame = encode_binary(route, Ping{.from = {}, .introduction = {}, .extensions = ggep});
    EXPECT_EQ(frame.bytes(), hex("0 11 22 33 44 55 66 77 ff 99 aa bb cc dd ee 0 0 4 3 6 0 0 0") + ggep);
}

TEST(GnutellaEncoder, AnIdIsMarkedAsTheSpecificationSays) {
    EXPECT_EQ(marked_as_modern(servent).to_string(), "aaaaaaaa-bbbb-4ccc-ffdd-eeeeeeeeee00");
}

TEST(GnutellaEncoder, APingReadsBackAsItWas) {
    const DecodedBinary decoded(encode_binary(route, Ping{.from = {}, .introduction = {}, .extensions = ggep}));
    expect_the_route(decoded);
    EXPECT_EQ(decoded.as<Ping>().extensions, ggep);
}

TEST(GnutellaEncoder, APongReadsBackAsItWas) {
    Pong pong;
    pong.from = {.host = {}, .port = 6346, .address = ipv4};
    pong.files = 12;
    pong.bytes = 5 * 1024 + 1;
    pong.extensions = ggep;
    const DecodedBinary decoded(encode_binary(route, pong));
    expect_the_route(decoded);
    EXPECT_EQ(decoded.as<Pong>().from.address, ipv4);
    EXPECT_EQ(decoded.as<Pong>().from.port, 6346);
    EXPECT_EQ(decoded.as<Pong>().files, 12U);
    EXPECT_EQ(decoded.as<Pong>().bytes, 6U * 1024) << "KiB are counted up";
    EXPECT_EQ(decoded.as<Pong>().extensions, ggep);
}

TEST(GnutellaEncoder, NumbersThatDoNotFitAreTheMostThatDo) {
    Pong pong;
    pong.files = std::numeric_limits<std::uint64_t>::max();
    pong.bytes = std::numeric_limits<std::uint64_t>::max();
    const DecodedBinary decoded(encode_binary(route, pong));
    EXPECT_EQ(decoded.as<Pong>().files, 0xFFFFFFFFU);
    EXPECT_EQ(decoded.as<Pong>().bytes, 0xFFFFFFFFULL * 1024);
}

TEST(GnutellaEncoder, AnIpv6AddressTravelsInGgep) {
    Pong pong;
    pong.from = {.host = {}, .port = 6346, .address = ipv6};
    pong.extensions = ggep;
    EXPECT_EQ(DecodedBinary(encode_binary(route, pong)).as<Pong>().from.address, ipv6);
    Push push;
    push.to = {.host = "2001:db8::17", .port = 6346};
    EXPECT_EQ(DecodedBinary(encode_binary(route, push)).as<Push>().to.address, ipv6);
    QueryHit hit;
    hit.from = {.host = {}, .port = 6346, .address = ipv6};
    EXPECT_EQ(DecodedBinary(encode_binary(route, hit)).as<QueryHit>().from.address, ipv6);
}

TEST(GnutellaEncoder, AHostNameIsWrittenAsNoAddress) {
    Push push;
    push.to = {.host = "peer.example", .port = 1};
    EXPECT_EQ(DecodedBinary(encode_binary(route, push)).as<Push>().to.address, IpAddress::v4({0, 0, 0, 0}));
    push.to.host = "198.51.100.7";
    EXPECT_EQ(DecodedBinary(encode_binary(route, push)).as<Push>().to.address, IpAddress::v4({198, 51, 100, 7}));
}

TEST(GnutellaEncoder, AQueryReadsBackAsItWas) {
    Query query;
    query.text = "annual report";
    query.flags = QueryFlags().with(QueryFlag::firewalled).with(QueryFlag::reads_ggep_h);
    query.extensions = "urn:\x1C<xml/>\x1C\xC3\x83XYZ\x41\x01";
    const DecodedBinary decoded(encode_binary(route, query));
    expect_the_route(decoded);
    EXPECT_EQ(decoded.as<Query>().text, query.text);
    EXPECT_EQ(decoded.as<Query>().flags, query.flags);
    EXPECT_EQ(decoded.as<Query>().extensions, query.extensions);
    EXPECT_TRUE(decoded.as<Query>().wants_urns);
}

TEST(GnutellaEncoder, AQueryWithoutExtensionsSaysItsUrnAsHugeDoes) {
    Query query;
    query.urn = Urn::parse("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB");
    EXPECT_EQ(encode_binary(route, query).bytes().substr(23), bytes("\0\0\0urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"));
    query.urn.reset();
    query.wants_urns = true;
    query.text = "x";
    EXPECT_EQ(encode_binary(route, query).bytes().substr(23), bytes("\0\0x\0urn:"));
}

TEST(GnutellaEncoder, TextsEndAtANul) {
    Query query;
    const std::string text = bytes("one\0two");
    query.text = text;
    EXPECT_EQ(DecodedBinary(encode_binary(route, query)).as<Query>().text, "one");
    EXPECT_EQ(DecodedBinary(encode_binary(route, query)).as<Query>().extensions, "");
}

QueryHit hit_of(std::size_t results) {
    QueryHit hit;
    hit.from = {.host = {}, .port = 6346, .address = ipv4};
    hit.has_file = true;
    hit.peer = servent;
    hit.speed = 1000;
    hit.vendor = "GTKG";
    hit.state = {.firewalled = true, .busy = false, .has_uploaded = std::nullopt, .speed_measured = true};
    for (std::size_t at = 0; at < results; ++at) {
        Result result;
        result.name = "annual report.pdf";
        result.size = 1000 + at;
        result.urn =
            Urn::parse("urn:bitprint:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB.LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ");
        result.index = static_cast<std::uint32_t>(at);
        hit.results.push_back(result);
    }
    return hit;
}

TEST(GnutellaEncoder, AQueryHitReadsBackAsItWas) {
    QueryHit hit = hit_of(3);
    hit.results[0].size = (1ULL << 40) + 1;
    hit.results[1].size = 0xFFFFFFFF;
    hit.results[2].extensions = "urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB\x1C\xC3\x83XYZ\x41\x01";
    hit.extensions = ggep;
    hit.xml = "<audios/>";
    const DecodedBinary decoded(encode_binary(route, hit));
    expect_the_route(decoded);
    const QueryHit& read = decoded.as<QueryHit>();
    EXPECT_EQ(read.from.address, ipv4);
    EXPECT_EQ(read.from.port, 6346);
    EXPECT_EQ(read.peer, servent);
    EXPECT_EQ(read.speed, 1000U);
    EXPECT_EQ(read.vendor, "GTKG");
    EXPECT_EQ(read.state, hit.state);
    EXPECT_EQ(read.extensions, ggep);
    EXPECT_EQ(read.xml, "<audios/>");
    ASSERT_THAT(read.results, SizeIs(3));
    for (std::size_t at = 0; at < 3; ++at) {
        EXPECT_EQ(read.results[at].name, hit.results[at].name);
        EXPECT_EQ(read.results[at].size, hit.results[at].size);
        EXPECT_EQ(read.results[at].index, at);
    }
    EXPECT_EQ(read.results[0].urn, hit.results[0].urn);
    EXPECT_EQ(read.results[2].extensions, hit.results[2].extensions);
    EXPECT_EQ(read.results[2].urn, Urn::parse("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"));
}

TEST(GnutellaEncoder, EveryStateOfAServentReadsBackAsItWas) {
    const std::optional<bool> values[] = {std::nullopt, false, true};
    for (const auto& firewalled : values) {
        for (const auto& busy : values) {
            for (const auto& uploaded : values) {
                for (const auto& measured : values) {
                    QueryHit hit = hit_of(0);
                    hit.state = {firewalled, busy, uploaded, measured};
                    EXPECT_EQ(DecodedBinary(encode_binary(route, hit)).as<QueryHit>().state, hit.state);
                }
            }
        }
    }
}

TEST(GnutellaEncoder, AQueryHitHasAtMost255Results) {
    const DecodedBinary decoded(std::string(encode_binary(route, hit_of(300)).bytes()),
                                DecodeLimits{.max_results = 300});
    EXPECT_THAT(decoded.as<QueryHit>().results, SizeIs(255));
}

TEST(GnutellaEncoder, APushReadsBackAsItWas) {
    const Push push{
        .target = servent, .index = 77, .to = {.host = {}, .port = 6346, .address = ipv4}, .extensions = ggep};
    const DecodedBinary decoded(encode_binary(route, push));
    expect_the_route(decoded);
    EXPECT_EQ(decoded.as<Push>().target, servent);
    EXPECT_EQ(decoded.as<Push>().index, 77U);
    EXPECT_EQ(decoded.as<Push>().to.address, ipv4);
    EXPECT_EQ(decoded.as<Push>().to.port, 6346);
    EXPECT_EQ(decoded.as<Push>().extensions, ggep);
}

TEST(GnutellaEncoder, AByeReadsBackAsItWas) {
    const DecodedBinary decoded(
        encode_binary(route, Bye{.code = 502, .reason = "Queue full", .headers = "Server: gnut/1\r\n\r\n"}));
    expect_the_route(decoded);
    EXPECT_EQ(decoded.as<Bye>().code, 502);
    EXPECT_EQ(decoded.as<Bye>().reason, "Queue full");
    EXPECT_EQ(decoded.as<Bye>().headers, "Server: gnut/1\r\n\r\n");
    const Frame plain = encode_binary(route, Bye{.code = 200, .reason = "Bye"});
    EXPECT_EQ(plain.bytes().substr(23), bytes("\xC8\0Bye\0"));
}

TEST(GnutellaEncoder, VendorMessagesAndRouteTablesReadBackAsTheyWere) {
    VendorMessage message{.vendor = {'B', 'E', 'A', 'R'}, .selector = 0x1234, .version = 0x5678, .payload = "\x07"};
    const DecodedBinary vendor(encode_binary(route, message));
    expect_the_route(vendor);
    EXPECT_EQ(vendor.as<VendorMessage>().vendor, message.vendor);
    EXPECT_EQ(vendor.as<VendorMessage>().selector, 0x1234);
    EXPECT_EQ(vendor.as<VendorMessage>().version, 0x5678);
    EXPECT_EQ(vendor.as<VendorMessage>().payload, "\x07");

    const DecodedBinary reset(encode_binary(route, RouteTableReset{.length = 131072, .infinity = 7}));
    expect_the_route(reset);
    EXPECT_EQ(reset.as<RouteTableReset>().length, 131072U);
    EXPECT_EQ(reset.as<RouteTableReset>().infinity, 7);

    RouteTablePatch patch;
    patch.number = 2;
    patch.count = 5;
    patch.compressor = 1;
    patch.entry_bits = 4;
    patch.data = "data";
    const DecodedBinary patched(encode_binary(route, patch));
    expect_the_route(patched);
    EXPECT_EQ(patched.as<RouteTablePatch>().number, 2);
    EXPECT_EQ(patched.as<RouteTablePatch>().count, 5);
    EXPECT_EQ(patched.as<RouteTablePatch>().compressor, 1);
    EXPECT_EQ(patched.as<RouteTablePatch>().entry_bits, 4);
    EXPECT_EQ(patched.as<RouteTablePatch>().data, "data");
}

// ---- sending on ----

TEST(GnutellaForward, ChangesTtlAndHopsAndNothingElse) {
    const DecodedBinary decoded(message_of(0x80, bytes("\x80\x00x\0urn:\x1Cunknown\x1C\xC3\x83XYZ\x41\x01")));
    const Frame frame = encode_forward(decoded.message, 200, 13);
    std::string expected = decoded.bytes;
    expected[17] = static_cast<char>(200);
    expected[18] = 13;
    EXPECT_EQ(frame.bytes(), expected);
}

TEST(GnutellaForward, IsOneAllocation) {
    const DecodedBinary decoded(encode_binary(route, hit_of(10)));
    const std::size_t before = allocations_of_this_thread();
    const Frame frame = encode_forward(decoded.message, 1, 1);
    EXPECT_EQ(allocations_of_this_thread() - before, 1U);
}

TEST(GnutellaAllocation, MessagesAreDecodedWithoutAnyAndHitsIntoTheirMemory) {
    Query query;
    query.text = "annual report";
    query.extensions = "urn:\x1C\xC3\x83XYZ\x41\x01";
    Pong pong;
    pong.extensions = ggep;
    const std::string hit(encode_binary(route, hit_of(10)).bytes());
    GnutellaDecoder decoder;
    for (const std::string& bytes :
         {std::string(encode_binary(route, query).bytes()), std::string(encode_binary(route, pong).bytes())}) {
        Message message;
        const std::size_t before = allocations_of_this_thread();
        EXPECT_EQ(decoder.next(bytes, *std::pmr::null_memory_resource(), message).outcome, DecodeOutcome::message);
        EXPECT_EQ(allocations_of_this_thread() - before, 0U);
    }
    std::array<std::byte, 8 * 1024> room{};
    std::pmr::monotonic_buffer_resource memory(room.data(), room.size(), std::pmr::null_memory_resource());
    Message message;
    const std::size_t before = allocations_of_this_thread();
    EXPECT_EQ(decoder.next(hit, memory, message).outcome, DecodeOutcome::message);
    EXPECT_EQ(allocations_of_this_thread() - before, 0U);
}

// ---- from one dialect into the other ----

TEST(GnutellaEncoder, AHitGoesFromOneDialectIntoTheOther) {
    const DecodedBinary binary(encode_binary(route, hit_of(2)));
    const Frame json = encode_query_hit(binary.message.id.to_string(), binary.as<QueryHit>());
    JsonDecoder decoder;
    std::pmr::monotonic_buffer_resource memory;
    Message message;
    ASSERT_EQ(decoder.next(json.bytes(), memory, message).outcome, DecodeOutcome::message);
    EXPECT_EQ(message.dialect, Dialect::json);
    EXPECT_EQ(message.id, route.id);
    const auto& hit = std::get<QueryHit>(message.body);
    EXPECT_EQ(hit.from.host, "192.0.2.1");
    EXPECT_EQ(hit.peer, servent);
    EXPECT_TRUE(hit.transports.has(Transport::http));
    ASSERT_THAT(hit.results, SizeIs(2));

    const DecodedBinary back(encode_binary(route, hit));
    EXPECT_EQ(back.as<QueryHit>().from.address, ipv4);
    EXPECT_EQ(back.as<QueryHit>().results.at(1).name, "annual report.pdf");
    EXPECT_EQ(back.as<QueryHit>().results.at(1).urn, hit.results[1].urn);
    EXPECT_EQ(back.as<QueryHit>().results.at(1).size, 1001U);
}

}  // namespace
}  // namespace gnutella::wire
