#include "overlay/router_fixture.hpp"
#include "wire/gnutella/route_table_patches.hpp"
#include "wire/gnutella/route_table_receiver.hpp"
#include "wire/gnutella/vendor_messages.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class RouterTables : public RouterFixture {
  protected:
    /// The table that a session of that role was sent by now.
    wire::RouteTableReceiver& received(SessionId id) {
        for (const auto& binary : binary_sent(id)) {
            if (const auto* reset = binary->as<wire::RouteTableReset>()) {
                receivers_[id].receive(*reset);
            } else if (const auto* patch = binary->as<wire::RouteTablePatch>()) {
                EXPECT_EQ(receivers_[id].receive(*patch) > wire::RouteTableReceiver::Outcome::complete, false);
            }
        }
        return receivers_[id];
    }
    void begin(SessionId id, Role role) {
        Router::Start start = start_of(id, Direction::incoming);
        start.dialect = Dialect::gnutella;
        start.handshake = headers_of(id, role);
        router().opened(start, now, out);
    }
    void query(SessionId from, std::string_view text, std::uint8_t ttl = 4) {
        out.clear();
        receive(from, binary_query(numbered(next_query_++), text, ttl));
    }
    std::size_t queries_to(SessionId id) const { return sent_of<wire::Query>(id).size(); }

  private:
    std::map<SessionId, wire::RouteTableReceiver> receivers_;
    std::uint32_t next_query_ = 100;
};

TEST_F(RouterTables, ALeafSendsItsUltrapeerWhatItShares) {
    settings.role = Role::leaf;
    library.add("Moonlight Sonata.ogg", 100, some_urn());
    begin(1, Role::ultrapeer);
    tick();
    const auto* table = received(1).table();
    ASSERT_NE(table, nullptr);
    EXPECT_TRUE(table->may_have("moonlight"));
    EXPECT_TRUE(table->may_have("sonata"));
    EXPECT_TRUE(table->may_have(some_urn()));
    EXPECT_FALSE(table->may_have("sunshine"));
}

TEST_F(RouterTables, AnUltrapeerSendsNoTableToItsLeaves) {
    library.add("song");
    begin(1, Role::leaf);
    tick();
    EXPECT_THAT(sent_of<wire::RouteTableReset>(1), IsEmpty());
}

TEST_F(RouterTables, AnUltrapeerSendsOthersWhatItAndItsLeavesShare) {
    library.add("moonlight");
    open_gnutella(1, Role::leaf);
    send_table(1, {"sunshine"});
    begin(2, Role::ultrapeer);
    now += settings.route_table_interval;
    tick();
    const auto* table = received(2).table();
    ASSERT_NE(table, nullptr);
    EXPECT_TRUE(table->may_have("moonlight"));
    EXPECT_TRUE(table->may_have("sunshine"));
    EXPECT_FALSE(table->may_have("rainfall"));
}

TEST_F(RouterTables, ChangesAreSentAndNotTooOften) {
    library.add("moonlight");
    begin(1, Role::ultrapeer);
    tick();
    ASSERT_TRUE(received(1).table());
    library.add("sunshine");
    now += std::chrono::seconds(1);
    tick();
    EXPECT_THAT(sent_of<wire::RouteTablePatch>(1), IsEmpty()) << "it is too early";
    now += settings.route_table_interval;
    tick();
    EXPECT_THAT(sent_of<wire::RouteTableReset>(1), IsEmpty()) << "only what changed";
    EXPECT_TRUE(received(1).table()->may_have("sunshine"));
    now += settings.route_table_interval;
    tick();
    EXPECT_THAT(sent_of<wire::RouteTablePatch>(1), IsEmpty()) << "nothing has changed";
}

TEST_F(RouterTables, PatchesOfOneBitGoToWhoReadsThem) {
    begin(1, Role::ultrapeer);
    const std::vector features{wire::one_bit_patches};
    const std::string payload = wire::write_features_supported(features);
    receive(1, wire::encode_binary({numbered(3), 1, 0},
                                   wire::vendor_message(wire::vendor_messages::features_supported, payload)));
    library.add("moonlight");
    tick();
    const auto patches = sent_of<wire::RouteTablePatch>(1);
    ASSERT_FALSE(patches.empty());
    EXPECT_EQ(patches[0]->as<wire::RouteTablePatch>()->entry_bits, 1);
}

TEST_F(RouterTables, ALeafGetsOnlyWhatItMayHave) {
    open_gnutella(1, Role::leaf);
    open_gnutella(9, Role::ultrapeer);
    query(9, "moonlight sonata");
    EXPECT_EQ(queries_to(1), 1U) << "before its table has come it gets all";
    send_table(1, {"moonlight", "sonata"});
    query(9, "moonlight sonata");
    EXPECT_EQ(queries_to(1), 1U);
    query(9, "Sonata, Moonlight");
    EXPECT_EQ(queries_to(1), 1U);
    query(9, "moonlight shadow");
    EXPECT_EQ(queries_to(1), 0U) << "every word must be there";
}

TEST_F(RouterTables, ALeafGetsAQueryForAFileThatItHas) {
    open_gnutella(1, Role::leaf);
    open_gnutella(9, Role::ultrapeer);
    wire::QueryRouteTable table(16);
    table.add(some_urn());
    for (const wire::Frame& frame :
         wire::encode_route_table(numbered(5), nullptr, table, wire::PatchWidth::four_bits)) {
        receive(1, frame);
    }
    wire::Query wanted;
    wanted.urn = some_urn();
    receive(9, wire::encode_binary({numbered(301), 4, 0}, wanted));
    EXPECT_EQ(queries_to(1), 1U);
    Sha1 other{1, 2, 3};
    wanted.urn = Urn(other);
    out.clear();
    receive(9, wire::encode_binary({numbered(302), 4, 0}, wanted));
    EXPECT_EQ(queries_to(1), 0U);
}

TEST_F(RouterTables, OurOwnQueriesGoToTheLeavesThatMayAnswer) {
    open_gnutella(1, Role::leaf);
    open_gnutella(2, Role::leaf);
    send_table(1, {"moonlight"});
    send_table(2, {"sunshine"});
    out.clear();
    router().start_query({numbered(70), "Moonlight", {}, 9'000}, now, out);
    EXPECT_EQ(queries_to(1), 1U);
    EXPECT_EQ(queries_to(2), 0U);
}

TEST_F(RouterTables, AQueryWhoseWayEndsAtAnUltrapeerGoesThereOnlyIfItMayFind) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(9, Role::ultrapeer);
    send_table(1, {"moonlight"});
    query(9, "sunshine", 2);
    EXPECT_EQ(queries_to(1), 0U);
    query(9, "moonlight", 2);
    EXPECT_EQ(queries_to(1), 1U);
    query(9, "sunshine", 3);
    EXPECT_EQ(queries_to(1), 1U) << "it goes on from there";
}

TEST_F(RouterTables, HopsFlowIsRespected) {
    open_gnutella(1, Role::leaf);
    open_gnutella(9, Role::ultrapeer);
    const auto limit = [&](std::uint8_t hops) {
        const std::string payload = wire::write_hops_flow(hops);
        receive(1, wire::encode_binary({numbered(3), 1, 0},
                                       wire::vendor_message(wire::vendor_messages::hops_flow, payload)));
    };
    limit(0);
    query(9, "song");
    EXPECT_EQ(queries_to(1), 0U);
    limit(2);
    query(9, "song");
    EXPECT_EQ(queries_to(1), 1U);
    limit(255);
    query(9, "song");
    EXPECT_EQ(queries_to(1), 1U);
}

TEST_F(RouterTables, ATableOutOfSequenceEndsTheSession) {
    open_gnutella(1, Role::leaf);
    receive(1, wire::encode_binary({numbered(1), 1, 0}, wire::RouteTablePatch{1, 1, 0, 4, "data"}));
    ASSERT_THAT(out.closes, SizeIs(1));
    EXPECT_EQ(out.closes[0].reason, Error::bad_message);
    EXPECT_EQ(sent_of<wire::Bye>(1).at(0)->as<wire::Bye>()->code, 400);
    EXPECT_EQ(router().counters().bad_messages, 1U);
}

TEST_F(RouterTables, TablesThatComeTooOftenEndTheSession) {
    open_gnutella(1, Role::leaf);
    for (int count = 0; count < 10; ++count) {
        send_table(1, {"sunshine"});
    }
    EXPECT_THAT(out.closes, IsEmpty());
    now += std::chrono::seconds(1);
    send_table(1, {"moonlight"});
    EXPECT_THAT(out.closes, IsEmpty());
    send_table(1, {"rainfall"});
    ASSERT_THAT(out.closes, SizeIs(1));
    EXPECT_EQ(out.closes[0].reason, Error::bad_message);
}

TEST_F(RouterTables, ATableBeyondTheBoundEndsTheSession) {
    open_gnutella(1, Role::leaf);
    receive(1, wire::encode_binary({numbered(1), 1, 0}, wire::RouteTableReset{1U << 30, 7}));
    EXPECT_THAT(out.closes, SizeIs(1));
}

TEST_F(RouterTables, ALeafHasNoUseForTables) {
    settings.role = Role::leaf;
    open_gnutella(1, Role::ultrapeer);
    receive(1, wire::encode_binary({numbered(1), 1, 0}, wire::RouteTableReset{1U << 16, 7}));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().unknown_messages, 1U);
}

TEST_F(RouterTables, WhatALeafSharedIsForgottenWithIt) {
    open_gnutella(1, Role::leaf);
    send_table(1, {"sunshine"});
    begin(2, Role::ultrapeer);
    now += settings.route_table_interval;
    tick();
    ASSERT_TRUE(received(2).table()->may_have("sunshine"));
    router().closed(1, Error::lost, now, out);
    now += settings.route_table_interval;
    tick();
    EXPECT_FALSE(received(2).table()->may_have("sunshine"));
}

}  // namespace
}  // namespace gnutella::overlay
