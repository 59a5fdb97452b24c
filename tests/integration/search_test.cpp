#include "node.hpp"
#include "raw_peer.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

namespace gnutella::test {
namespace {

namespace asio = boost::asio;
using asio::use_future;

std::vector<std::unique_ptr<Node>> some_nodes(Threads& threads, int count) {
    std::vector<std::unique_ptr<Node>> nodes;
    for (int made = 0; made < count; ++made) {
        nodes.push_back(std::make_unique<Node>(threads));
    }
    return nodes;
}

QueryRequest within(const std::string& text, int milliseconds) {
    QueryRequest request;
    request.text = text;
    request.timeout = std::chrono::milliseconds(milliseconds);
    return request;
}

std::uint64_t sum_of(const std::vector<std::unique_ptr<Node>>& nodes, std::uint64_t Counters::*counter) {
    std::uint64_t sum = 0;
    for (const auto& node : nodes) {
        sum += node->status().counters.*counter;
    }
    return sum;
}

void wait_for_sum(const std::vector<std::unique_ptr<Node>>& nodes, std::uint64_t Counters::*counter,
                  std::uint64_t least) {
    ASSERT_TRUE(eventually([&] { return sum_of(nodes, counter) >= least; }));
}

/// The names of all that was found when the search is over: so many are waited for.
std::vector<std::string> names_of(Query& query, std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < count; ++at) {
        names.push_back(get(query.async_next(use_future)).value().name);
    }
    query.cancel();
    while (const auto hit = get(query.async_next(use_future))) {
        names.push_back(hit->name);
    }
    return names;
}

TEST(Search, FindsAndFetchesThroughAnotherNode) {
    Threads threads;
    auto nodes = some_nodes(threads, 3);
    const std::string content(3'000'000, 'z');
    nodes[2]->share().write("Annual Report 2026.pdf", content);
    for (auto& node : nodes) {
        node->start();
    }
    nodes[0]->connect(*nodes[1]);
    nodes[1]->connect(*nodes[2]);

    const auto hit = nodes[0]->first_hit("report annual");
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->name, "Annual Report 2026.pdf");
    EXPECT_EQ(hit->size, content.size());
    EXPECT_EQ(hit->source, nodes[2]->endpoint());
    EXPECT_EQ(hit->peer, nodes[2]->peer().identity());

    const auto file = get(nodes[0]->peer().async_download(*hit, nodes[0]->downloads().path(), use_future));
    EXPECT_EQ(file.verification, Verification::verified);
    EXPECT_EQ(file.bytes, content.size());
    EXPECT_EQ(file.transport, Transport::quic);
    EXPECT_EQ(nodes[0]->downloads().read("Annual Report 2026.pdf"), content);
}

TEST(Search, ReachesTheEndOfAChainWithinItsTtl) {
    Threads threads;
    auto nodes = some_nodes(threads, 10);
    nodes[7]->share().write("seven hops.txt", "near");
    nodes[8]->share().write("eight hops.txt", "far");
    for (auto& node : nodes) {
        node->start();
    }
    for (std::size_t at = 0; at + 1 < nodes.size(); ++at) {
        nodes[at]->connect(*nodes[at + 1]);
    }
    // TTL 7: it is handled by seven others, and goes no further.
    Query query = nodes[0]->peer().query("hops");
    wait_for_sum(nodes, &Counters::expired_queries, 1);
    EXPECT_EQ(nodes[7]->status().counters.expired_queries, 1U);
    EXPECT_EQ(names_of(query, 1), std::vector<std::string>{"seven hops.txt"});
    EXPECT_EQ(sum_of(nodes, &Counters::queries_handled), 7U);
}

TEST(Search, IsHandledOnceByEachNodeOfAFullMesh) {
    Threads threads;
    auto nodes = some_nodes(threads, 8);
    for (std::size_t at = 1; at < nodes.size(); ++at) {
        nodes[at]->share().write("everyone has it " + std::to_string(at) + ".txt", std::to_string(at));
    }
    for (auto& node : nodes) {
        node->start();
    }
    for (std::size_t from = 0; from < nodes.size(); ++from) {
        for (std::size_t to = from + 1; to < nodes.size(); ++to) {
            nodes[from]->connect(*nodes[to]);
        }
    }
    Query query = nodes[0]->peer().query("everyone");
    // Seven copies leave the first node, and six each of the seven others: to all but the one that theirs came from. Of
    // these 49 the first at each node counts; when all others have come no more is on its way.
    wait_for_sum(nodes, &Counters::duplicate_queries, 42);
    EXPECT_EQ(sum_of(nodes, &Counters::duplicate_queries), 42U);
    EXPECT_EQ(names_of(query, 7).size(), 7U);
    EXPECT_EQ(nodes[0]->status().counters.queries_handled, 0U);  // its own does not count
    for (std::size_t at = 1; at < nodes.size(); ++at) {
        EXPECT_EQ(nodes[at]->status().counters.queries_handled, 1U) << at;
    }
}

TEST(Search, EndsInARing) {
    Threads threads;
    auto nodes = some_nodes(threads, 6);
    nodes[3]->share().write("across.txt", "the ring");
    for (auto& node : nodes) {
        node->start();
    }
    for (std::size_t at = 0; at < nodes.size(); ++at) {
        nodes[at]->connect(*nodes[(at + 1) % nodes.size()]);
    }
    Query query = nodes[0]->peer().query("across");
    // Two copies leave the first node, and one each of the five others. Where the two ways meet both have been.
    wait_for_sum(nodes, &Counters::duplicate_queries, 2);
    EXPECT_EQ(sum_of(nodes, &Counters::duplicate_queries), 2U);
    EXPECT_EQ(names_of(query, 1), std::vector<std::string>{"across.txt"});
    for (std::size_t at = 1; at < nodes.size(); ++at) {
        EXPECT_EQ(nodes[at]->status().counters.queries_handled, 1U) << at;
    }
}

TEST(Search, ByContentFindsTheFileUnderAnyName) {
    Threads threads;
    auto nodes = some_nodes(threads, 2);
    nodes[1]->share().write("renamed.bin", "the very same bytes");
    nodes[1]->share().write("other.bin", "other bytes");
    for (auto& node : nodes) {
        node->start();
    }
    nodes[0]->connect(*nodes[1]);
    error_code error;
    QueryRequest request;
    request.urn = hash_file(nodes[1]->share().path() / "renamed.bin", error);
    ASSERT_FALSE(error);
    Query query = nodes[0]->peer().query(request);
    EXPECT_EQ(names_of(query, 1), std::vector<std::string>{"renamed.bin"});
}

TEST(Search, EndsWhenItsTimeIsOver) {
    Threads threads;
    auto nodes = some_nodes(threads, 2);
    for (auto& node : nodes) {
        node->start();
    }
    nodes[0]->connect(*nodes[1]);
    const auto before = std::chrono::steady_clock::now();
    EXPECT_TRUE(nodes[0]->all_hits(within("nobody has this", 100)).empty());
    EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(100));
}

TEST(Search, EndsWhenItIsCancelled) {
    Threads threads;
    Node node(threads);
    node.start();
    Query query = node->query("nothing");
    auto next = query.async_next(use_future);
    query.cancel();
    EXPECT_EQ(get(std::move(next)), std::nullopt);
}

TEST(Search, WaitingForAHitCanBeCancelledAndBegunAgain) {
    Threads threads;
    auto nodes = some_nodes(threads, 2);
    nodes[1]->share().write("late.txt", "late");
    for (auto& node : nodes) {
        node->start();
    }
    Query query = nodes[0]->peer().query("late");
    asio::cancellation_signal signal;
    std::promise<error_code> ended;
    query.async_next(asio::bind_cancellation_slot(
        signal.slot(), [&](error_code error, const std::optional<Hit>&) { ended.set_value(error); }));
    signal.emit(asio::cancellation_type::terminal);
    EXPECT_EQ(get(ended.get_future()), asio::error::operation_aborted);
    nodes[0]->connect(*nodes[1]);  // a session that opens while the search runs gets the query too
    EXPECT_TRUE(get(query.async_next(use_future)));
}

TEST(Search, GivesHitsInTurnToAllWhoWaitForThem) {
    Threads threads;
    auto nodes = some_nodes(threads, 2);
    nodes[1]->share().write("pair of one.txt", "one");
    nodes[1]->share().write("pair of two.txt", "two");
    for (auto& node : nodes) {
        node->start();
    }
    Query query = nodes[0]->peer().query({"pair"});  // in braces, as a QueryRequest
    std::vector<std::future<std::optional<Hit>>> waiting;
    for (int call = 0; call < 4; ++call) {
        waiting.push_back(query.async_next(use_future));
    }
    nodes[0]->connect(*nodes[1]);
    std::set<std::string> names;
    for (std::size_t hit = 0; hit < 2; ++hit) {
        names.insert(get(std::move(waiting[hit])).value().name);
    }
    EXPECT_EQ(names, (std::set<std::string>{"pair of one.txt", "pair of two.txt"}));
    query.cancel();
    EXPECT_EQ(get(std::move(waiting[2])), std::nullopt);
    EXPECT_EQ(get(std::move(waiting[3])), std::nullopt);
}

TEST(Search, IsBoundedInNumber) {
    Threads threads;
    Settings settings = quick_settings();
    settings.max_local_queries = 2;
    Node node(threads, settings);
    node.start();
    const Query first = node->query("one");
    const Query second = node->query("two");
    Query third = node->query("three");
    EXPECT_EQ(error_of(third.async_next(use_future)), Error::too_many_queries);
}

TEST(Search, ForATextThatNobodyWouldTakeIsRefusedHere) {
    Threads threads;
    auto nodes = some_nodes(threads, 2);
    nodes[1]->share().write(std::string(200, 'x') + ".txt", "content");
    nodes[0]->start();
    nodes[1]->start();
    const Session session = nodes[0]->connect(*nodes[1]);
    for (const std::string& text : {std::string(1'025, 'x'), std::string("latin-1 \xE9")}) {
        Query refused = nodes[0]->peer().query(text);
        EXPECT_EQ(error_of(refused.async_next(use_future)), Error::bad_query);
    }
    // The longest there may be; the neighbour is still there for it.
    Query longest = nodes[0]->peer().query(within(std::string(200, 'x') + std::string(824, ' '), 20'000));
    EXPECT_EQ(get(longest.async_next(use_future)).value().size, 7);
    EXPECT_EQ(nodes[0]->status().sessions.size(), 1);
}

TEST(Search, SeesFilesThatAppearAndVanish) {
    Threads threads;
    auto nodes = some_nodes(threads, 2);
    for (auto& node : nodes) {
        node->start();
    }
    nodes[0]->connect(*nodes[1]);
    nodes[1]->share().write("sub/new file.txt", "new");
    nodes[1]->wait_for<ShareRead>([](const ShareRead& read) { return read.files == 1; });
    EXPECT_TRUE(nodes[0]->first_hit("new file"));
    std::filesystem::remove(nodes[1]->share().path() / "sub/new file.txt");
    nodes[1]->wait_for<ShareRead>([count = 0](const ShareRead& read) mutable {
        count += read.files == 1 ? 1 : 0;
        return count > 0 && read.files == 0;
    });
    EXPECT_TRUE(nodes[0]->all_hits(within("new file", 200)).empty());
}

TEST(Search, IsAnsweredAfterMessagesOfAnotherVersion) {
    Threads threads;
    Node node(threads);
    node.share().write("found.txt", "found");
    node.start();
    RawPeer raw(node.endpoint());
    raw.greet();
    raw.send(R"({"type":"SHINY-NEW","id":"1"})");
    raw.send(R"({"type":"QUERY","host":"127.0.0.1","port":)" + std::to_string(raw.datagram_port()) +
             R"(,"file":"found","id":"q","ttl":7,"hops":0,"reply":"routed","shiny":{"new":[1,2]}})");
    const auto hit = raw.receive("QUERY-HIT");
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->at("id"), "q");
    EXPECT_EQ(hit->at("results").as_array().at(0).at("name"), "found.txt");
    EXPECT_EQ(node.status().counters.unknown_messages, 1U);
}

TEST(Search, ExtensionsSurviveForwarding) {
    Threads threads;
    Node node(threads);
    node.start();
    RawPeer asker(node.endpoint());
    RawPeer other(node.endpoint());
    asker.greet();
    other.greet();
    asker.send(
        R"({"type":"QUERY","host":"127.0.0.1","port":9,"file":"x","id":"q","ttl":5,"hops":2,"reply":"routed","shiny":{"new":[1,2]}})");
    const auto forwarded = other.receive("QUERY");
    ASSERT_TRUE(forwarded);
    EXPECT_EQ(forwarded->at("ttl"), 4);
    EXPECT_EQ(forwarded->at("hops"), 3);
    EXPECT_EQ(forwarded->at("shiny"), boost::json::parse(R"({"new":[1,2]})"));
}

}  // namespace
}  // namespace gnutella::test
