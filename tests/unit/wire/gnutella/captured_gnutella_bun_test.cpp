#include "transfer/giv.hpp"
#include "wire/gnutella/captured.hpp"
#include "wire/gnutella/handshake_machine.hpp"
#include "wire/gnutella/hit_extensions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

// GnutellaBun 1.2.0, which calls itself 1.0.0: what it said, read as it meant it.

namespace gnutella::wire {
namespace {

using Next = HandshakeMachine::Next;
using Side = HandshakeMachine::Side;
using ::testing::SizeIs;

std::string of_gnutella_bun(std::string_view name) {
    return std::string("gnutella-bun-1.2.0/").append(name);
}

TEST(CapturedGnutellaBun, SaysInAHandshakeWhoItIs) {
    HandshakeMachine machine(Side::acceptor, our_headers());
    ASSERT_EQ(machine.feed(captured(of_gnutella_bun("ultrapeer-connects/request.txt"))).next, Next::decide);
    const HandshakeHeaders& theirs = machine.theirs();
    EXPECT_EQ(theirs.user_agent, "GnutellaBun/1.0.0");
    EXPECT_EQ(theirs.ultrapeer, true);
    EXPECT_EQ(theirs.ultrapeer_needed, true);
    EXPECT_EQ(theirs.listens, (Endpoint{"10.77.0.1", 6346}));
    EXPECT_EQ(theirs.remote_ip, IpAddress::v4({10, 77, 0, 2}));
    EXPECT_TRUE(theirs.accepts_deflate);
    EXPECT_TRUE(theirs.offers_tls);
    EXPECT_EQ(theirs.query_routing, (HeaderVersion{0, 2}));
    EXPECT_EQ(theirs.ultrapeer_query_routing, (HeaderVersion{0, 1}));
    EXPECT_EQ(theirs.dynamic_querying, (HeaderVersion{0, 1}));
    EXPECT_EQ(theirs.ggep, (HeaderVersion{0, 5}));
    EXPECT_EQ(theirs.pong_caching, (HeaderVersion{0, 1}));
    EXPECT_EQ(theirs.bye_packet, (HeaderVersion{0, 1}));
    EXPECT_EQ(theirs.degree, 16);
    EXPECT_EQ(theirs.max_ttl, 4);

    ASSERT_EQ(machine.accept().next, Next::more);
    // The servent that it had connected to offered no TLS, so its last word does not ask for it.
    ASSERT_EQ(machine.feed(captured(of_gnutella_bun("ultrapeer-connects/last-word.txt"))).next, Next::open);
    EXPECT_TRUE(machine.agreed().receives_deflated);
    EXPECT_TRUE(machine.agreed().sends_deflated);
    EXPECT_FALSE(machine.agreed().upgrades_to_tls);
}

TEST(CapturedGnutellaBun, IsALeafWhenItSaysSo) {
    HandshakeMachine machine(Side::acceptor, our_headers());
    ASSERT_EQ(machine.feed(captured(of_gnutella_bun("leaf-connects/request.txt"))).next, Next::decide);
    EXPECT_EQ(machine.theirs().ultrapeer, false);
    EXPECT_FALSE(machine.theirs().ultrapeer_needed.has_value());
}

TEST(CapturedGnutellaBun, AcceptsASession) {
    HandshakeMachine machine(Side::connector, our_headers());
    machine.start();
    ASSERT_EQ(machine.feed(captured(of_gnutella_bun("ultrapeer-accepts/answer.txt"))).next, Next::decide);
    EXPECT_EQ(machine.theirs().user_agent, "GnutellaBun/1.0.0");
    EXPECT_TRUE(machine.theirs().sends_deflate);
    EXPECT_EQ(machine.accept().next, Next::open);
    EXPECT_TRUE(machine.agreed().receives_deflated);
    EXPECT_TRUE(machine.agreed().sends_deflated);
}

TEST(CapturedGnutellaBun, AsksForAFile) {
    const CapturedMessages said(of_gnutella_bun("ultrapeer-connects/messages.bin"));
    const auto queries = said.all<Query>();
    ASSERT_THAT(queries, SizeIs(1));
    EXPECT_EQ(queries[0]->text, "cobalt");
    EXPECT_TRUE(queries[0]->flags.has(QueryFlag::reads_ggep_h));
    EXPECT_FALSE(queries[0]->flags.has(QueryFlag::firewalled));
    EXPECT_EQ(queries[0]->extensions, "");
}

TEST(CapturedGnutellaBun, HasFiles) {
    const CapturedMessages said(of_gnutella_bun("ultrapeer-connects/messages.bin"));
    const auto hits = said.all<QueryHit>();
    ASSERT_THAT(hits, SizeIs(2));
    const QueryHit& hit = *hits[0];
    EXPECT_EQ(hit.from.port, 6346);
    EXPECT_EQ(hit.from.address, IpAddress::v4({10, 77, 0, 1}));
    EXPECT_EQ(hit.vendor, "GBUN");
    EXPECT_EQ(hit.state.firewalled, false);
    ASSERT_THAT(hit.results, SizeIs(2));
    EXPECT_EQ(hit.results[0].name, "large-amber-tape.bin");
    EXPECT_EQ(hit.results[0].size, 3'000'000U);
    EXPECT_EQ(hit.results[0].index, 1U);
    EXPECT_EQ(hit.results[1].name, "small-amber-note.txt");
    EXPECT_EQ(hit.results[1].size, 40U);
    EXPECT_EQ(hit.results[1].urn, Urn::parse("urn:sha1:YOPO3NO2NNFPLEEM5JBJM3UQGD4DG75K"));
    ASSERT_TRUE(hit.peer.has_value());
    EXPECT_EQ(hit.peer->to_string(), "00112233-4455-6677-ff99-aabbccddee00");

    std::pmr::monotonic_buffer_resource memory;
    EXPECT_TRUE(read_hit_extensions(hit.extensions, memory).can_be_browsed);
}

TEST(CapturedGnutellaBun, TellsItsWords) {
    const CapturedMessages said(of_gnutella_bun("leaf-connects/messages.bin"));
    const RouteTableReceiver receiver = said.table();
    const QueryRouteTable* table = receiver.table();
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(table->bits(), 16U);
    EXPECT_TRUE(table->may_have("amber"));
    EXPECT_TRUE(table->may_have("tape"));
    EXPECT_FALSE(table->may_have("cobalt"));
}

TEST(CapturedGnutellaBun, ShowsAllItsFiles) {
    const std::string answer = captured(of_gnutella_bun("http/answer-browse.bin"));
    const std::string body = answer.substr(answer.find("\r\n\r\n") + 4);
    std::pmr::monotonic_buffer_resource memory;
    Message message;
    const DecodeStep step = GnutellaDecoder().next(body, memory, message);
    ASSERT_EQ(step.outcome, DecodeOutcome::message);
    EXPECT_EQ(step.consumed, body.size());
    const auto& hit = std::get<QueryHit>(message.body);
    ASSERT_THAT(hit.results, SizeIs(2));
    EXPECT_EQ(hit.results[1].name, "small-amber-note.txt");
    EXPECT_EQ(hit.results[1].urn, Urn::parse("urn:sha1:YOPO3NO2NNFPLEEM5JBJM3UQGD4DG75K"));
}

TEST(CapturedGnutellaBun, ComesWhenItIsSentAPush) {
    const std::string said = captured(of_gnutella_bun("http/giv.txt"));
    ASSERT_EQ(transfer::find_end_of_giv(said), said.size());
    const auto giv = transfer::parse_giv(std::string_view(said).substr(0, said.find('\n')));
    ASSERT_TRUE(giv.has_value());
    EXPECT_EQ(giv->index, 1U);
    EXPECT_EQ(giv->servent.to_string(), "00112233-4455-6677-ff99-aabbccddee00");
    EXPECT_EQ(giv->name, "large-amber-tape.bin");
}

TEST(CapturedGnutellaBun, SaysBye) {
    const CapturedMessages said(of_gnutella_bun("leaf-says-bye/messages.bin"));
    const auto byes = said.all<Bye>();
    ASSERT_THAT(byes, SizeIs(1));
    EXPECT_EQ(byes[0]->code, 200);
    EXPECT_EQ(byes[0]->reason, "normal shutdown");
}

}  // namespace
}  // namespace gnutella::wire
