// Gnutella 0.6, 3.1: what is taken from a neighbour that reads too slowly, and what is not.

#include "overlay/router_fixture.hpp"
#include "overlay/simulated_network.hpp"

#include <gmock/gmock.h>

#include <string>

namespace gnutella::overlay {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using NodeId = SimulatedNetwork::NodeId;

class FlowControl : public RouterFixture {
  protected:
    void receive_ping(SessionId from, std::uint8_t ttl) {
        receive(from, wire::encode_binary({numbered(500), ttl, 0}, wire::Ping{}));
    }
};

TEST_F(FlowControl, QueriesOfACongestedNeighbourAreDroppedAndCounted) {
    library.add("song");
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    router().congestion_changed(1, Congestion::congested);
    receive(1, binary_query(numbered(100), "song"));
    EXPECT_TRUE(out.empty()) << "neither answered nor sent on";
    EXPECT_EQ(router().counters().flow_controlled, 1U);
    EXPECT_EQ(router().counters().queries_handled, 0U);
    EXPECT_EQ(library.asked, 0U);
}

TEST_F(FlowControl, AQueryThatWasDroppedIsHandledWhenItComesAnotherWay) {
    library.add("song");
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    router().congestion_changed(1, Congestion::congested);
    receive(1, binary_query(numbered(100), "song"));
    receive(2, binary_query(numbered(100), "song"));
    EXPECT_THAT(sent_of<wire::QueryHit>(2), SizeIs(1));
    EXPECT_THAT(sent_of<wire::Query>(1), SizeIs(1)) << "it is not kept from being asked";
    EXPECT_EQ(router().counters().duplicate_queries, 0U);
}

TEST_F(FlowControl, EndsWhenTheQueueHasDrained) {
    library.add("song");
    open_gnutella(1, Role::ultrapeer);
    router().congestion_changed(1, Congestion::congested);
    receive(1, binary_query(numbered(100), "song"));
    router().congestion_changed(1, Congestion::none);
    receive(1, binary_query(numbered(100), "song"));
    EXPECT_THAT(sent_of<wire::QueryHit>(1), SizeIs(1)) << "it was not remembered as seen";
}

TEST_F(FlowControl, PingsForHostsAreDroppedAndSignsOfLifeAnswered) {
    open_gnutella(1, Role::ultrapeer);
    router().congestion_changed(1, Congestion::congested);
    receive_ping(1, 2);
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().flow_controlled, 1U);
    receive_ping(1, 1);
    EXPECT_THAT(sent_of<wire::Pong>(1), SizeIs(1));
    EXPECT_EQ(router().counters().flow_controlled, 1U);
}

TEST_F(FlowControl, WhatOthersWaitForIsTaken) {
    open_gnutella(1, Role::ultrapeer);
    open_gnutella(2, Role::ultrapeer);
    receive(2, binary_query(numbered(100), "song"));
    out.clear();
    router().congestion_changed(1, Congestion::congested);
    receive(1, binary_hit(numbered(100), "song", some_urn()));
    EXPECT_THAT(sent_of<wire::QueryHit>(2), SizeIs(1));
    EXPECT_EQ(router().counters().flow_controlled, 0U);
}

TEST_F(FlowControl, HoldsInBothDialectsButForLegacyPeers) {
    library.add("song");
    open(1);
    open_legacy(3);
    router().congestion_changed(1, Congestion::congested);
    router().congestion_changed(3, Congestion::congested);
    receive(1, query_json(numbered(100), "song"));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(router().counters().flow_controlled, 1U);
    receive(3, legacy_query_json("DESKTOP-3", 7'003, "id", "song"));
    EXPECT_THAT(out.files, SizeIs(1)) << "which is no message in its queue";
    EXPECT_EQ(router().counters().flow_controlled, 1U);
}

TEST_F(FlowControl, WithoutRoomForWhatMustBeSentTheSessionIsClosedWithBye502) {
    open_gnutella(1, Role::ultrapeer);
    open(2);
    for (const SessionId id : {1U, 2U}) {
        router().queue_overflowed(id, now, out);
        router().queue_overflowed(id, now, out);
    }
    ASSERT_THAT(sent_of<wire::Bye>(1), SizeIs(1));
    EXPECT_EQ(sent_of<wire::Bye>(1)[0]->as<wire::Bye>()->code, 502);
    EXPECT_EQ(only_sent(2).at("code"), 502);
    ASSERT_THAT(out.closes, SizeIs(2));
    EXPECT_EQ(out.closes[0].reason, Error::queue_full);
    ASSERT_THAT(out.closed, SizeIs(2));
    EXPECT_EQ(out.closed[0].reason, Error::queue_full);
    EXPECT_THAT(router().sessions(), IsEmpty());
    router().congestion_changed(1, Congestion::congested);  // what the session said before it knew
}

// Three nodes around a hub, one of which asks and does not read.
class SlowAsker : public testing::Test {
  protected:
    SlowAsker() {
        Settings settings;
        settings.max_send_queue = 96 * 1024;
        settings.queries_per_second = settings.query_burst = 1'000'000;
        network.settings() = settings;
        for (int node = 0; node < 4; ++node) {
            network.add_node();
        }
        for (const NodeId id : {slow, other, sharer}) {
            EXPECT_EQ(network.connect_gnutella(id, hub), 200);
        }
        for (int file = 0; file < 10; ++file) {
            network.node(sharer).library.add("song " + std::string(200, 'x') + std::to_string(file), 100);
        }
        network.run();
        network.hold(hub, slow);
    }

    Counters counters_of(NodeId id) { return network.node(id).router->counters(); }

    static constexpr NodeId hub = 0, slow = 1, other = 2, sharer = 3;
    SimulatedNetwork network;
};

TEST_F(SlowAsker, IsNotAskedForUntilItHasReadWhatItAskedFor) {
    for (int query = 0; query < 1'000; ++query) {
        network.search(slow, "song");
        network.run();
    }
    const std::size_t most = network.settings().max_send_queue;
    const SendQueue& queue = network.held(hub, slow);
    EXPECT_EQ(queue.congestion(), Congestion::congested);
    EXPECT_GT(queue.bytes(), most / 2);
    EXPECT_LT(queue.bytes(), most / 2 + 8 * 1024) << "no more was asked for";
    const std::uint64_t passed = counters_of(hub).queries_handled;
    EXPECT_EQ(passed + counters_of(hub).flow_controlled, 1'000U);
    EXPECT_EQ(counters_of(sharer).queries_handled, passed) << "nobody else had to do with the rest";

    network.search(other, "song");
    network.run();
    EXPECT_EQ(network.node(other).hits.size(), 10U) << "the others are served";

    network.let_through(hub, slow, queue.bytes() / 4);
    network.run();
    network.search(slow, "song");
    network.run();
    EXPECT_EQ(counters_of(hub).queries_handled, passed + 1) << "between half and a quarter nothing changes";

    while (queue.congestion() == Congestion::congested) {
        network.let_through(hub, slow, 1'000);
    }
    EXPECT_LT(queue.bytes(), most / 4);
    network.let_through(hub, slow, most);
    network.run();
    const std::size_t before = network.node(slow).hits.size();
    network.search(slow, "song");
    network.run();
    network.let_through(hub, slow, most);
    network.run();
    EXPECT_EQ(network.node(slow).hits.size(), before + 10) << "and it is heard again";
}

TEST_F(SlowAsker, LosesPingsAndQueriesBeforeHits) {
    // Its queue is filled by what others ask, until that must go for the hits that it still gets.
    network.search(slow, "song");
    network.run();
    for (int query = 0; query < 2'000; ++query) {
        network.search(other, "something that nobody has " + std::to_string(query));
        network.run();
    }
    const std::size_t most = network.settings().max_send_queue;
    EXPECT_GT(network.held(hub, slow).bytes(), most - 200);
    EXPECT_LE(network.held(hub, slow).bytes(), most);
    network.let_through(hub, slow, most);
    network.run();
    EXPECT_EQ(network.node(slow).hits.size(), 10U) << "though they were the oldest";
    EXPECT_LT(counters_of(slow).queries_handled, 2'000U);
    EXPECT_GT(counters_of(slow).queries_handled, 900U);
}

}  // namespace
}  // namespace gnutella::overlay
