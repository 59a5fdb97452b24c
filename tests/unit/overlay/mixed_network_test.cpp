// Networks in which both dialects are spoken, and nodes that carry searches from one into the other.

#include "overlay/simulated_network.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

Urn urn_of(std::uint8_t number) {
    Sha1 sha1{};
    sha1.fill(number);
    return Urn(sha1);
}

TEST(MixedNetwork, ASearchInJsonFindsWhatIsSharedInGnutellaAndBack) {
    SimulatedNetwork network;
    const auto json = network.add_node();
    const auto bridge = network.add_node();
    const auto gnutella = network.add_node();
    network.connect(json, bridge);
    ASSERT_EQ(network.connect_gnutella(bridge, gnutella), 200);
    network.node(json).library.add("a json song", 100, urn_of(1));
    network.node(gnutella).library.add("a gnutella song", 200, urn_of(2));
    network.run_for(1s);
    network.search(json, "song");
    network.search(gnutella, "song");
    network.run();
    ASSERT_THAT(network.node(json).hits, SizeIs(1));
    const Hit& from_gnutella = network.node(json).hits[0].hit;
    EXPECT_EQ(from_gnutella.name, "a gnutella song");
    EXPECT_EQ(from_gnutella.source, network.node(gnutella).address);
    EXPECT_EQ(from_gnutella.urn, urn_of(2));
    ASSERT_THAT(network.node(gnutella).hits, SizeIs(1));
    const Hit& from_json = network.node(gnutella).hits[0].hit;
    EXPECT_EQ(from_json.name, "a json song");
    EXPECT_EQ(from_json.source, network.node(json).address);
    EXPECT_EQ(from_json.dialect, Dialect::gnutella);
    EXPECT_EQ(network.sum(&Counters::queries_bridged), 2U);
    EXPECT_EQ(network.sum(&Counters::hits_bridged), 2U);
}

TEST(MixedNetwork, ThreeBridgesInARingHandleEachQueryOnce) {
    // Each two of the three are joined in one dialect, the third pair in the other: json, gnutella, json. Beside each
    // stands a node of its own, in the other dialect.
    SimulatedNetwork network;
    std::vector<SimulatedNetwork::NodeId> ring;
    for (int at = 0; at < 3; ++at) {
        ring.push_back(network.add_node());
    }
    const auto json = network.add_node();
    const auto gnutella = network.add_node();
    const auto other = network.add_node();
    network.connect(ring[0], ring[1]);
    ASSERT_EQ(network.connect_gnutella(ring[1], ring[2]), 200);
    network.connect(ring[2], ring[0]);
    network.connect(json, ring[0]);
    ASSERT_EQ(network.connect_gnutella(gnutella, ring[0]), 200);
    ASSERT_EQ(network.connect_gnutella(other, ring[1]), 200);
    for (SimulatedNetwork::NodeId id = 0; id < network.size(); ++id) {
        network.node(id).library.add("song " + std::to_string(id), 100, urn_of(static_cast<std::uint8_t>(id)));
    }
    network.run_for(1s);
    for (const auto asker : {json, gnutella, ring[2]}) {
        const std::uint64_t handled = network.sum(&Counters::queries_handled);
        network.search(asker, "song");
        network.run();
        EXPECT_EQ(network.sum(&Counters::queries_handled), handled + 5) << "each other node, once";
        EXPECT_THAT(network.node(asker).hits, SizeIs(5));
        EXPECT_EQ(network.sum(&Counters::unexpected_hits), 0U);
    }
    EXPECT_GT(network.sum(&Counters::duplicate_queries), 0U) << "the ring was closed";
}

TEST(MixedNetwork, BridgesSideBySideGiveOneCopyToEachNode) {
    SimulatedNetwork network;
    const auto json = network.add_node();
    const auto gnutella = network.add_node();
    for (int at = 0; at < 3; ++at) {
        const auto bridge = network.add_node();
        network.connect(json, bridge);
        ASSERT_EQ(network.connect_gnutella(gnutella, bridge), 200);
    }
    network.node(gnutella).library.add("song", 100, urn_of(1));
    network.run_for(1s);
    network.search(json, "song");
    network.run();
    EXPECT_EQ(network.node(gnutella).router->counters().queries_handled, 1U);
    EXPECT_EQ(network.node(gnutella).router->counters().queries_answered, 1U);
    EXPECT_THAT(network.node(json).hits, SizeIs(1));
}

TEST(MixedNetwork, TtlCountsAcrossBridges) {
    // A row of nodes, joined in turns in JSON and in Gnutella.
    SimulatedNetwork network;
    network.settings().max_ttl = 4;
    std::vector<SimulatedNetwork::NodeId> row{network.add_node()};
    for (int at = 1; at < 8; ++at) {
        row.push_back(network.add_node());
        if (at % 2 == 1) {
            network.connect(row[row.size() - 2], row.back());
        } else {
            ASSERT_EQ(network.connect_gnutella(row[row.size() - 2], row.back()), 200);
        }
        network.node(row.back()).library.add("song", 100, urn_of(static_cast<std::uint8_t>(at)));
    }
    network.run_for(1s);
    network.search(row[0], "song");
    network.run();
    EXPECT_THAT(network.node(row[0]).hits, SizeIs(4));
    EXPECT_EQ(network.sum(&Counters::queries_handled), 4U);
}

TEST(MixedNetwork, ASeedPeerFindsWhatIsSharedInGnutella) {
    SimulatedNetwork network;
    const auto seed = network.add_legacy_node();
    const auto bridge = network.add_node();
    const auto gnutella = network.add_node();
    network.connect(seed, bridge);
    ASSERT_EQ(network.connect_gnutella(bridge, gnutella), 200);
    network.node(gnutella).library.add("report.pdf", 40, urn_of(1));
    network.run_for(1s);
    network.legacy_search(seed, "some id", "report.pdf");
    network.run();
    ASSERT_THAT(network.node(bridge).fetches, SizeIs(1));
    const Actions::FetchForAsker& fetch = network.node(bridge).fetches[0];
    EXPECT_EQ(fetch.hit.source, network.node(gnutella).address);
    EXPECT_EQ(fetch.hit.urn, urn_of(1));
    EXPECT_EQ(fetch.to.host, network.node(seed).address.host);
    EXPECT_EQ(fetch.to.port, 8025);
    EXPECT_THAT(network.node(seed).received.back(), testing::HasSubstr("\"hasFile\":true"));
    network.legacy_search(seed, "another id", "nothing.pdf");
    network.run();
    EXPECT_THAT(network.node(bridge).fetches, SizeIs(1));
}

TEST(MixedNetwork, ASeedPeerIsFoundAFileAcrossTwoBridges) {
    // Seed, bridge, Gnutella, bridge, JSON: the second bridge asks in JSON, and its hit comes back with results.
    SimulatedNetwork network;
    const auto seed = network.add_legacy_node();
    const auto first = network.add_node();
    const auto second = network.add_node();
    const auto json = network.add_node();
    network.connect(seed, first);
    ASSERT_EQ(network.connect_gnutella(first, second), 200);
    network.connect(second, json);
    network.node(json).library.add("report.pdf", 40, urn_of(1));
    network.run_for(1s);
    network.legacy_search(seed, "some id", "report.pdf");
    network.run();
    ASSERT_THAT(network.node(first).fetches, SizeIs(1));
    EXPECT_EQ(network.node(first).fetches[0].hit.source, network.node(json).address);
}

TEST(MixedNetwork, LeavesAreAskedOnlyForWhatTheyMayHave) {
    SimulatedNetwork network;
    const auto ultrapeer = network.add_node();
    network.settings().role = Role::leaf;
    std::vector<SimulatedNetwork::NodeId> leaves;
    for (const char* name : {"moonlight sonata", "sunshine reggae", "moonlight shadow"}) {
        leaves.push_back(network.add_node());
        network.node(leaves.back()).library.add(name, 100, urn_of(static_cast<std::uint8_t>(leaves.size())));
        ASSERT_EQ(network.connect_gnutella(leaves.back(), ultrapeer), 200);
    }
    network.run_for(1s);
    network.search(ultrapeer, "moonlight");
    network.run();
    EXPECT_THAT(network.node(ultrapeer).hits, SizeIs(2));
    EXPECT_EQ(network.sum(&Counters::queries_handled), 2U);
    network.search(leaves[1], "sonata");
    network.run();
    EXPECT_THAT(network.node(leaves[1]).hits, SizeIs(1));
    EXPECT_EQ(network.node(leaves[2]).router->counters().queries_handled, 1U) << "it was not asked for a sonata";
}

TEST(MixedNetwork, LeavesDoNotTakeLeaves) {
    SimulatedNetwork network;
    network.settings().role = Role::leaf;
    const auto one = network.add_node();
    const auto other = network.add_node();
    EXPECT_EQ(network.connect_gnutella(one, other), 503);
}

TEST(MixedNetwork, APushFindsItsWayBack) {
    SimulatedNetwork network;
    const auto asker = network.add_node();
    const auto middle = network.add_node();
    network.settings().reachability = Reachability::firewalled;
    const auto firewalled = network.add_node();
    ASSERT_EQ(network.connect_gnutella(asker, middle), 200);
    ASSERT_EQ(network.connect_gnutella(firewalled, middle), 200);
    network.node(firewalled).library.add("another", 1, urn_of(1));
    network.node(firewalled).library.add("song", 100, urn_of(2));
    network.run_for(1s);
    network.search(asker, "song");
    network.run();
    ASSERT_THAT(network.node(asker).hits, SizeIs(1));
    const Hit& hit = network.node(asker).hits[0].hit;
    EXPECT_TRUE(hit.firewalled);
    EXPECT_THAT(hit.push_proxies, testing::ElementsAre(network.node(middle).address));
    Actions actions;
    ASSERT_TRUE(network.node(asker).router->push(*hit.peer, hit.index, network.now(), actions));
    ASSERT_THAT(actions.sends, SizeIs(1));
    network.send_raw(actions.sends[0].to, actions.sends[0].frame.bytes());
    network.run();
    ASSERT_THAT(network.node(firewalled).pushes, SizeIs(1));
    EXPECT_EQ(network.node(firewalled).pushes[0].to, network.node(asker).address);
    EXPECT_EQ(network.node(firewalled).pushes[0].index, 1U);
    EXPECT_THAT(network.node(middle).pushes, IsEmpty());
}

TEST(MixedNetwork, HostsBecomeKnownByPongs) {
    SimulatedNetwork network;
    std::vector<SimulatedNetwork::NodeId> row{network.add_node()};
    for (int at = 1; at < 5; ++at) {
        row.push_back(network.add_node());
        ASSERT_EQ(network.connect_gnutella(row[row.size() - 2], row.back()), 200);
    }
    network.run_for(10min);
    EXPECT_THAT(network.node(row[0]).router->known_hosts(), SizeIs(testing::Ge(3U)));
    EXPECT_EQ(network.sum(&Counters::unexpected_pongs), 0U);
    EXPECT_EQ(network.sum(&Counters::bad_messages), 0U);
    for (const auto id : row) {
        EXPECT_THAT(network.node(id).closed, IsEmpty());
    }
}

}  // namespace
}  // namespace gnutella::overlay
