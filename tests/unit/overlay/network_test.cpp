#include "overlay/random.hpp"
#include "overlay/simulated_network.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <queue>
#include <set>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;
using NodeId = SimulatedNetwork::NodeId;

using Graph = std::vector<std::set<NodeId>>;

void link(SimulatedNetwork& network, Graph& graph, NodeId one, NodeId other) {
    if (one != other && graph[one].insert(other).second) {
        graph[other].insert(one);
        network.connect(one, other);
    }
}

// Nodes within so many hops, without the first.
std::size_t within(const Graph& graph, NodeId from, int hops) {
    std::vector<int> distance(graph.size(), -1);
    std::queue<NodeId> next({from});
    distance[from] = 0;
    std::size_t count = 0;
    for (; !next.empty(); next.pop()) {
        for (const NodeId neighbour : graph[next.front()]) {
            if (distance[neighbour] < 0 && distance[next.front()] < hops) {
                distance[neighbour] = distance[next.front()] + 1;
                next.push(neighbour);
                ++count;
            }
        }
    }
    return count;
}

TEST(Network, AChainOfTenFindsWhatIsSevenHopsAwayAndNoMore) {
    SimulatedNetwork network;
    for (int i = 0; i < 10; ++i) {
        network.add_node();
    }
    for (NodeId id = 0; id < 9; ++id) {
        network.connect(id, id + 1);
    }
    network.run();
    network.node(7).library.add("song seven");
    network.node(8).library.add("song eight");
    const Guid query = network.search(0, "song");
    network.run();
    const auto& hits = network.node(0).hits;
    ASSERT_THAT(hits, SizeIs(1));
    EXPECT_EQ(hits[0].query, query);
    EXPECT_EQ(hits[0].hit.name, "song seven");
    EXPECT_EQ(hits[0].hit.source, network.node(7).address);
    EXPECT_EQ(network.sum(&Counters::hits_routed), 6U);
    EXPECT_EQ(network.sum(&Counters::queries_handled), 7U);
    EXPECT_EQ(network.node(7).router->counters().expired_queries, 1U);
}

TEST(Network, AChainOfTenIsCrossedFromEndToEndWithAHigherTtl) {
    Settings settings;
    settings.max_ttl = 9;
    SimulatedNetwork network(settings);
    for (int i = 0; i < 10; ++i) {
        network.add_node();
    }
    for (NodeId id = 0; id < 9; ++id) {
        network.connect(id, id + 1);
    }
    network.run();
    network.node(9).library.add("song");
    network.search(0, "song");
    network.run();
    ASSERT_THAT(network.node(0).hits, SizeIs(1));
    EXPECT_EQ(network.node(0).hits[0].hit.source, network.node(9).address);
}

TEST(Network, InARingEachNodeHandlesAQueryOnce) {
    SimulatedNetwork network;
    for (int i = 0; i < 8; ++i) {
        network.add_node();
    }
    for (NodeId id = 0; id < 8; ++id) {
        network.connect(id, (id + 1) % 8);
    }
    network.run();
    network.node(4).library.add("song");
    network.search(0, "song");
    network.run();
    for (NodeId id = 1; id < 8; ++id) {
        EXPECT_EQ(network.node(id).router->counters().queries_handled, 1U) << id;
    }
    EXPECT_EQ(network.node(0).router->counters().queries_handled, 0U);
    EXPECT_THAT(network.node(0).hits, SizeIs(1));
    EXPECT_EQ(network.sum(&Counters::unexpected_hits), 0U);
}

TEST(Network, InAFullMeshEachNodeHandlesAQueryOnce) {
    SimulatedNetwork network;
    for (int i = 0; i < 8; ++i) {
        network.add_node();
    }
    for (NodeId one = 0; one < 8; ++one) {
        for (NodeId other = one + 1; other < 8; ++other) {
            network.connect(one, other);
        }
    }
    network.run();
    for (NodeId id = 1; id < 8; ++id) {
        network.node(id).library.add("song " + std::to_string(id));
    }
    network.search(0, "song");
    network.run();
    for (NodeId id = 1; id < 8; ++id) {
        const Counters& counters = network.node(id).router->counters();
        EXPECT_EQ(counters.queries_handled, 1U) << id;
        EXPECT_EQ(counters.queries_answered, 1U) << id;
        EXPECT_EQ(counters.queries_forwarded, 6U) << id;
        EXPECT_EQ(counters.duplicate_queries, 6U) << id;
    }
    EXPECT_THAT(network.node(0).hits, SizeIs(7));
}

TEST(Network, InRandomGraphsOfAThousandEveryNodeWithinTheTtlHandlesAQueryOnce) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        SimulatedNetwork network;
        Graph graph(1'000);
        Random random(seed);
        for (NodeId id = 0; id < graph.size(); ++id) {
            network.add_node();
        }
        // A thin tree over all, so that some are out of reach, and some shortcuts.
        for (NodeId id = 1; id < graph.size(); ++id) {
            link(network, graph, id, id - 1 - random.next() % std::min<NodeId>(id, 40));
        }
        for (int i = 0; i < 300; ++i) {
            link(network, graph, random.next() % graph.size(), random.next() % graph.size());
        }
        network.run();
        const std::size_t reached = within(graph, 0, 7);
        ASSERT_GT(reached, 50U);
        ASSERT_LT(reached, 999U);
        network.node(999).library.add("song");
        network.search(0, "song");
        network.run();
        for (NodeId id = 0; id < graph.size(); ++id) {
            ASSERT_LE(network.node(id).router->counters().queries_handled, 1U);
        }
        EXPECT_EQ(network.sum(&Counters::queries_handled), reached);
        EXPECT_EQ(network.sum(&Counters::unexpected_hits), 0U);
        EXPECT_EQ(network.sum(&Counters::bad_messages), 0U);
    }
}

TEST(Network, HitsFindTheirWayFromEveryNodeOfARandomGraph) {
    SimulatedNetwork network;
    Graph graph(100);
    Random random(5);
    for (NodeId id = 0; id < graph.size(); ++id) {
        network.add_node();
        network.node(id).library.add("song " + std::to_string(id));
    }
    for (NodeId id = 1; id < graph.size(); ++id) {
        link(network, graph, id, random.next() % id);
    }
    for (int i = 0; i < 100; ++i) {
        link(network, graph, random.next() % 100, random.next() % 100);
    }
    network.run();
    network.search(0, "song");
    network.run();
    EXPECT_EQ(network.node(0).hits.size(), within(graph, 0, 7));
    EXPECT_EQ(network.sum(&Counters::unexpected_hits), 0U);
}

TEST(Network, AGuidStormLeavesNothingBehindButABoundedTable) {
    Settings settings;
    settings.max_routes = 1'000;
    settings.queries_per_second = 1'000'000;
    settings.query_burst = 1'000'000;
    SimulatedNetwork network(settings);
    const NodeId storm = network.add_node();
    const NodeId middle = network.add_node();
    const NodeId end = network.add_node();
    network.connect(storm, middle);
    network.connect(middle, end);
    network.run();
    network.node(end).library.add("song");
    const Guid before = network.search(middle, "song");
    const SessionId session = network.node(storm).opened.at(0).id;
    Random random(1);
    for (int i = 0; i < 20'000; ++i) {
        network.send_raw(session, R"({"type":"QUERY","id":")" + random.guid().to_string() +
                                      R"(","file":"storm","host":"h","port":1,"ttl":7,"hops":0,"reply":"routed"})");
        network.run();
    }
    EXPECT_EQ(network.node(middle).router->counters().queries_handled, 20'000U);
    EXPECT_EQ(network.node(end).router->counters().queries_handled, 20'001U);
    ASSERT_THAT(network.node(middle).hits, SizeIs(1));
    EXPECT_EQ(network.node(middle).hits[0].query, before);
    network.search(storm, "song");
    network.run();
    EXPECT_THAT(network.node(storm).hits, SizeIs(1)) << "new ways are found as before";
}

TEST(Network, ANodeFindsItsWayBackThroughHostsItHeardOf) {
    SimulatedNetwork network;
    const NodeId lost = network.add_node();
    const NodeId other = network.add_node();
    const NodeId node = network.add_node();
    network.join(other, lost);
    network.run();
    network.join(node, lost);
    network.run();
    ASSERT_THAT(network.node(node).router->sessions(), SizeIs(1));
    network.cut(node, lost);
    network.cut(other, lost);
    network.set_reachable(lost, false);
    network.run_for(10s);
    const auto sessions = network.node(node).router->sessions();
    ASSERT_THAT(sessions, SizeIs(1));
    EXPECT_EQ(sessions[0].listens, network.node(other).address);
    EXPECT_THAT(network.node(node).joins_failed, testing::Not(IsEmpty()));

    network.set_reachable(lost, true);
    network.run_for(1min);
    EXPECT_THAT(network.node(node).router->sessions(), SizeIs(2)) << "what was joined is not forgotten";
}

TEST(Network, AnIdleNetworkStaysTogether) {
    SimulatedNetwork network;
    for (int i = 0; i < 4; ++i) {
        network.add_node();
    }
    const NodeId legacy = network.add_legacy_node();
    network.connect(0, 1);
    network.connect(1, 2);
    network.connect(2, 3);
    network.connect(3, legacy);
    network.run_for(1h);
    EXPECT_EQ(network.sum(&Counters::unexpected_pongs), 0U);
    EXPECT_THAT(network.node(0).router->sessions(), SizeIs(1));
    EXPECT_THAT(network.node(3).router->sessions(), SizeIs(2));
    EXPECT_LE(network.node(0).router->counters().messages_sent, 250U);
}

TEST(Network, TwoThatJoinEachOtherKeepOneSession) {
    SimulatedNetwork network;
    network.add_node();
    network.add_node();
    network.join(0, 1);
    network.join(1, 0);
    network.run_for(1h);
    EXPECT_THAT(network.node(0).router->sessions(), SizeIs(1));
    EXPECT_THAT(network.node(1).router->sessions(), SizeIs(1));
    EXPECT_THAT(network.node(0).joins_failed, IsEmpty());
    EXPECT_THAT(network.node(1).joins_failed, IsEmpty());
    EXPECT_LE(network.node(0).closed.size() + network.node(1).closed.size(), 50U) << "and do not quarrel over it";
}

TEST(Network, ANodeThatJoinsItselfNoticesAndStops) {
    SimulatedNetwork network;
    network.add_node();
    network.join(0, 0);
    network.run_for(1h);
    EXPECT_THAT(network.node(0).router->sessions(), IsEmpty());
    ASSERT_THAT(network.node(0).joins_failed, SizeIs(1));
    EXPECT_EQ(network.node(0).joins_failed[0].reason, Error::connected_to_self);
}

}  // namespace
}  // namespace gnutella::overlay
