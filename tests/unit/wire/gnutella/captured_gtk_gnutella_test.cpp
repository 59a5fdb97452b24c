#include "transfer/giv.hpp"
#include "transfer/thex.hpp"
#include "wire/gnutella/captured.hpp"
#include "wire/gnutella/handshake_machine.hpp"
#include "wire/gnutella/hit_extensions.hpp"
#include "wire/gnutella/pong_extensions.hpp"
#include "wire/gnutella/vendor_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <variant>
#include <vector>

// gtk-gnutella 1.2.3: what it said, read as it meant it.

namespace gnutella::wire {
namespace {

using Next = HandshakeMachine::Next;
using Side = HandshakeMachine::Side;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;
using ::testing::StartsWith;

const IpAddress its_address = IpAddress::v4({10, 77, 0, 1});

std::string of_gtk_gnutella(std::string_view name) {
    return std::string("gtk-gnutella-1.2.3/").append(name);
}

TEST(CapturedGtkGnutella, SaysInAHandshakeWhoItIs) {
    HandshakeMachine machine(Side::acceptor, our_headers());
    ASSERT_EQ(machine.feed(captured(of_gtk_gnutella("leaf-connects/request.txt"))).next, Next::decide);
    const HandshakeHeaders& theirs = machine.theirs();
    EXPECT_THAT(theirs.user_agent, StartsWith("gtk-gnutella/1.2.3"));
    EXPECT_EQ(theirs.ultrapeer, false);
    EXPECT_EQ(theirs.listens, (Endpoint{"10.77.0.1", 6346}));  // "Node"
    EXPECT_EQ(theirs.remote_ip, IpAddress::v4({10, 77, 0, 2}));
    EXPECT_TRUE(theirs.accepts_deflate);
    EXPECT_TRUE(theirs.offers_tls);
    EXPECT_EQ(theirs.query_routing, (HeaderVersion{0, 2}));
    EXPECT_EQ(theirs.vendor_message, (HeaderVersion{0, 2}));
    EXPECT_EQ(theirs.degree, 32);
    EXPECT_EQ(theirs.max_ttl, 4);
    EXPECT_TRUE(theirs.guid.has_value());
    ASSERT_EQ(machine.accept().next, Next::more);
    ASSERT_EQ(machine.feed(captured(of_gtk_gnutella("leaf-connects/last-word.txt"))).next, Next::open);
    EXPECT_TRUE(machine.agreed().receives_deflated);
    EXPECT_TRUE(machine.agreed().sends_deflated);
}

TEST(CapturedGtkGnutella, IsAnUltrapeerWhenItSaysSo) {
    HandshakeMachine machine(Side::acceptor, our_headers());
    ASSERT_EQ(machine.feed(captured(of_gtk_gnutella("ultrapeer-connects/request.txt"))).next, Next::decide);
    EXPECT_EQ(machine.theirs().ultrapeer, true);
}

TEST(CapturedGtkGnutella, AcceptsASession) {
    HandshakeMachine machine(Side::connector, our_headers());
    machine.start();
    ASSERT_EQ(machine.feed(captured(of_gtk_gnutella("ultrapeer-accepts/answer.txt"))).next, Next::decide);
    EXPECT_EQ(machine.theirs().ultrapeer, true);
    EXPECT_EQ(machine.theirs().ultrapeer_needed, true);
    EXPECT_EQ(machine.accept().next, Next::open);
    EXPECT_TRUE(machine.agreed().receives_deflated);
    EXPECT_TRUE(machine.agreed().sends_deflated);
}

TEST(CapturedGtkGnutella, SaysNothingOfCompressionToWhomCannotReadIt) {
    HandshakeMachine machine(Side::connector, {});
    machine.start();
    ASSERT_EQ(machine.feed(captured(of_gtk_gnutella("ultrapeer-refuses/answer.txt"))).next, Next::decide);
    EXPECT_TRUE(machine.theirs().accepts_deflate);
    EXPECT_FALSE(machine.theirs().sends_deflate);
}

TEST(CapturedGtkGnutella, Pings) {
    const CapturedMessages said(of_gtk_gnutella("ultrapeer-connects/messages.bin"));
    const auto pings = said.all<Ping>();
    ASSERT_FALSE(pings.empty());
    std::pmr::monotonic_buffer_resource memory;
    const PingExtensions extensions = read_ping_extensions(pings[0]->extensions, memory);
    ASSERT_TRUE(extensions.wants_cached.has_value());
}

TEST(CapturedGtkGnutella, Pongs) {
    const CapturedMessages said(of_gtk_gnutella("ultrapeer-accepts/messages.bin"));
    const auto pongs = said.all<Pong>();
    ASSERT_THAT(pongs, SizeIs(1));
    EXPECT_EQ(pongs[0]->from.address, its_address);
    EXPECT_EQ(pongs[0]->from.port, 6346);
    EXPECT_EQ(pongs[0]->files, 2U);
    EXPECT_EQ(pongs[0]->bytes, 2048U * 1024);  // an ultrapeer tells a power of two
    std::pmr::monotonic_buffer_resource memory;
    const PongExtensions extensions = read_pong_extensions(pongs[0]->extensions, memory);
    EXPECT_EQ(extensions.vendor, "GTKG");
    ASSERT_TRUE(extensions.ultrapeer.has_value());
    EXPECT_TRUE(extensions.speaks_tls);
    EXPECT_TRUE(extensions.daily_uptime.has_value());
}

TEST(CapturedGtkGnutella, AsksForAFile) {
    const CapturedMessages said(of_gtk_gnutella("leaf-connects/messages.bin"));
    const auto queries = said.all<Query>();
    ASSERT_THAT(queries, SizeIs(1));
    EXPECT_EQ(queries[0]->text, "cobalt");
    EXPECT_TRUE(queries[0]->flags.has(QueryFlag::leaf_guided));
    EXPECT_TRUE(queries[0]->flags.has(QueryFlag::firewalled));
    EXPECT_TRUE(queries[0]->flags.has(QueryFlag::reads_ggep_h));
    EXPECT_FALSE(queries[0]->extensions.empty());  // GGEP "PR": partial files too
}

TEST(CapturedGtkGnutella, HasFiles) {
    const CapturedMessages said(of_gtk_gnutella("ultrapeer-connects/messages.bin"));
    const auto hits = said.all<QueryHit>();
    ASSERT_THAT(hits, SizeIs(2));
    const QueryHit& hit = *hits[0];
    EXPECT_EQ(hit.from.address, its_address);
    EXPECT_EQ(hit.vendor, "GTKG");
    EXPECT_EQ(hit.state.firewalled, true);
    EXPECT_TRUE(hit.peer.has_value());
    ASSERT_THAT(hit.results, SizeIs(2));
    EXPECT_EQ(hit.results[0].name, "large-amber-tape.bin");
    EXPECT_EQ(hit.results[0].size, 3'000'000U);
    EXPECT_EQ(hit.results[0].index, 2U);
    // HUGE and GGEP "TT" together.
    EXPECT_EQ(hit.results[1].urn, Urn::parse("urn:bitprint:YOPO3NO2NNFPLEEM5JBJM3UQGD4DG75K."
                                             "3UMLQ7KCDEVWVQHU4H7EB7WZOZKMYWU6OE77EFQ"));
    std::pmr::monotonic_buffer_resource memory;
    const ResultExtensions result = read_result_extensions(hit.results[1].extensions, memory);
    EXPECT_TRUE(result.created.has_value());
    EXPECT_TRUE(read_hit_extensions(hit.extensions, memory).speaks_tls);
}

TEST(CapturedGtkGnutella, TellsItsWords) {
    for (const char* name : {"leaf-connects/messages.bin", "ultrapeer-connects/messages.bin"}) {
        const CapturedMessages said(of_gtk_gnutella(name));
        const RouteTableReceiver receiver = said.table();  // a reset, and a second patch without one later
        const QueryRouteTable* table = receiver.table();
        ASSERT_NE(table, nullptr) << name;
        EXPECT_EQ(table->bits(), 14U);
        EXPECT_TRUE(table->may_have("amber"));
        EXPECT_TRUE(table->may_have("tape"));
        EXPECT_TRUE(table->may_have("reel")) << "what it has fetched meanwhile";
        EXPECT_FALSE(table->may_have("turquoise"));
    }
}

TEST(CapturedGtkGnutella, SaysWhatItUnderstands) {
    const CapturedMessages said(of_gtk_gnutella("leaf-connects/messages.bin"));
    const auto vendor = said.all<VendorMessage>();
    ASSERT_GE(vendor.size(), 5U);
    ASSERT_TRUE(is(*vendor[0], vendor_messages::messages_supported));
    const auto supported = read_messages_supported(vendor[0]->payload);
    ASSERT_TRUE(supported.has_value());
    EXPECT_THAT(*supported,
                IsSupersetOf({vendor_messages::hops_flow, vendor_messages::tcp_connect_back,
                              vendor_messages::push_proxy_request, vendor_messages::push_proxy_acknowledgement}));
    ASSERT_TRUE(is(*vendor[1], vendor_messages::features_supported));
    const auto features = read_features_supported(vendor[1]->payload);
    ASSERT_TRUE(features.has_value());
    EXPECT_THAT(*features, IsSupersetOf({one_bit_patches, speaks_tls}));
    ASSERT_TRUE(is(*vendor[2], vendor_messages::tcp_connect_back));
    EXPECT_EQ(read_connect_back(vendor[2]->payload), 6346);
    EXPECT_TRUE(is(*vendor[3], vendor_messages::push_proxy_request));
}

TEST(CapturedGtkGnutella, ComesWhenItIsSentAPush) {
    const std::string said = captured(of_gtk_gnutella("http/giv.txt"));
    ASSERT_EQ(transfer::find_end_of_giv(said), said.size());
    const auto giv = transfer::parse_giv(std::string_view(said).substr(0, said.find('\n')));
    ASSERT_TRUE(giv.has_value());
    EXPECT_EQ(giv->index, 2U);
    EXPECT_EQ(giv->servent.to_string(), "063d3102-4ab4-0619-11f8-2c4ff73a4f2d");
    EXPECT_EQ(giv->name, "file");
}

TEST(CapturedGtkGnutella, ServesATreeThatEndsAboveOurBlocks) {
    const std::string tree = captured(of_gtk_gnutella("http/tree.bin"));
    const auto urn =
        Urn::parse("urn:bitprint:E7WE6HPKW2JNWZW5JV3RAM5F6GAAU7MD.IUIUXEPMMGQCVVDD5LMMRW3ZQCLAO74C2IEO4NI");
    const auto read = transfer::read_thex(std::as_bytes(std::span(tree)), 50'000'000, urn.value().tiger().value());
    ASSERT_TRUE(std::holds_alternative<HashTree>(read));
    EXPECT_EQ(std::get<HashTree>(read).block_size(), 256 * 1024U);
    EXPECT_EQ(std::get<HashTree>(read).leaves().size(), 191U);
}

TEST(CapturedGtkGnutella, SaysBye) {
    const CapturedMessages said(of_gtk_gnutella("ultrapeer-says-bye/messages.bin"));
    const auto byes = said.all<Bye>();
    ASSERT_THAT(byes, SizeIs(1));
    EXPECT_EQ(byes[0]->code, 200);
    EXPECT_EQ(byes[0]->reason, "Servent shutdown");
}

}  // namespace
}  // namespace gnutella::wire
