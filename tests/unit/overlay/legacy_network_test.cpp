#include "overlay/simulated_network.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using NodeId = SimulatedNetwork::NodeId;

// Legacy peers may stand anywhere: first, last, in the middle. The chain is connected from left to right.
struct LegacyNetwork : testing::Test {
    SimulatedNetwork network;

    // 'l' is a legacy peer, 'm' one of ours.
    void chain(std::string_view kinds) {
        for (const char kind : kinds) {
            kind == 'l' ? network.add_legacy_node() : network.add_node();
        }
        for (NodeId id = 0; id + 1 < kinds.size(); ++id) {
            network.connect(id, id + 1);
        }
        network.run();
    }
};

TEST_F(LegacyNetwork, FirstOfAChainItGetsItsFileRaw) {
    chain("lmmm");
    network.node(3).library.add("notes.txt");
    network.legacy_search(0, "id-1", "notes.txt");
    network.run();
    EXPECT_THAT(network.raw_files, ElementsAre("content of notes.txt"));
    EXPECT_EQ(network.sum(&Counters::bad_messages), 0U);
}

TEST_F(LegacyNetwork, OnlyAnExactNameAnswersIt) {
    chain("lmm");
    network.node(2).library.add("my notes.txt");
    network.legacy_search(0, "id-1", "notes.txt");
    network.run();
    EXPECT_THAT(network.raw_files, IsEmpty());
}

TEST_F(LegacyNetwork, LastOfAChainItAnswersRaw) {
    chain("mmml");
    network.node(3).library.add("notes.txt");
    network.search(0, "notes.txt");
    network.run();
    ASSERT_THAT(network.node(0).hits, SizeIs(1));
    const Hit& hit = network.node(0).hits[0].hit;
    EXPECT_EQ(hit.name, "notes.txt");
    ASSERT_NE(hit.content, nullptr);
    EXPECT_EQ(*hit.content, "content of notes.txt");
    EXPECT_FALSE(hit.urn);
    EXPECT_EQ(hit.source, network.node(3).address);
}

TEST_F(LegacyNetwork, InTheMiddleItIsBridgedByADatagram) {
    chain("mlm");
    network.node(2).library.add("notes.txt");
    network.search(0, "notes");
    network.run();
    ASSERT_THAT(network.node(0).hits, SizeIs(1));
    EXPECT_EQ(network.node(0).hits[0].hit.name, "notes.txt");
    EXPECT_EQ(network.node(0).hits[0].hit.source, network.node(2).address);
}

TEST_F(LegacyNetwork, InTheMiddleOfALongChainItIsBridgedToo) {
    chain("mmlmm");
    network.node(4).library.add("notes.txt");
    network.search(0, "notes");
    network.run();
    ASSERT_THAT(network.node(0).hits, SizeIs(1));
    EXPECT_EQ(network.node(0).hits[0].hit.source, network.node(4).address);
}

TEST_F(LegacyNetwork, ItsQueryIsForwardedByteForByte) {
    chain("lmml");
    network.legacy_search(0, "id-1", "notes.txt");
    network.run();
    ASSERT_THAT(network.node(3).queries_handled, SizeIs(1));
    EXPECT_EQ(network.node(3).queries_handled[0], network.node(0).queries_handled[0]);
}

TEST_F(LegacyNetwork, LegacyPeersFindOneAnotherThroughOurs) {
    chain("lmmml");
    network.node(4).library.add("notes.txt");
    network.legacy_search(0, "id-1", "notes.txt");
    network.run();
    EXPECT_THAT(network.raw_files, ElementsAre("content of notes.txt"));
}

TEST_F(LegacyNetwork, AQueryGoesRoundAMixedRingOnce) {
    chain("mlmlm");
    network.connect(4, 0);
    network.run();
    network.node(0).library.add("none");
    network.search(2, "notes.txt");
    network.run();
    for (const NodeId id : {0U, 4U}) {
        EXPECT_EQ(network.node(id).router->counters().queries_handled, 1U) << id;
    }
    for (const NodeId id : {1U, 3U}) {
        EXPECT_LE(network.node(id).queries_handled.size(), 2U) << "it knows a query again only if it is equal";
    }
}

TEST_F(LegacyNetwork, ItSeesOneObjectAtATimeAndNothingItCannotRead) {
    chain("lml");
    network.search(1, "notes.txt");
    network.run();
    EXPECT_THAT(network.node(0).received, SizeIs(2));  // PONG, QUERY
    EXPECT_THAT(network.node(2).received, SizeIs(2));  // PING, QUERY
}

}  // namespace
}  // namespace gnutella::overlay
