#include "node.hpp"
#include "raw_peer.hpp"
#include "raw_servent.hpp"

#include <gmock/gmock.h>

// Several nodes in a row, and what goes through those in the middle.

namespace gnutella::test {
namespace {

using boost::asio::use_future;

Settings speaking(std::vector<Dialect> dialects) {
    Settings settings = quick_settings();
    settings.dialects = std::move(dialects);
    return settings;
}

/// first - middle - last, each connected to the one before.
struct Row {
    Row(std::vector<Dialect> first_speaks, std::vector<Dialect> middle_speaks, std::vector<Dialect> last_speaks)
        : first(threads, speaking(std::move(first_speaks))),
          middle(threads, speaking(std::move(middle_speaks))),
          last(threads, speaking(std::move(last_speaks))) {
        last.share().write("moonlight sonata.ogg", content);
        first.share().write("pathetique sonata.ogg", content + "!");
        first.start();
        middle.start();
        last.start();
        one_end = first.connect(middle).info().dialect;
        other_end = last.connect(middle).info().dialect;
        middle.wait_for_sessions(2);
    }

    const std::string content = std::string(100'000, 's') + "the end";
    Threads threads;
    Node first;
    Node middle;
    Node last;
    Dialect one_end = Dialect::json;
    Dialect other_end = Dialect::json;
};

void expect_found_and_fetched(Node& asker, const std::string& text, const Node& owner, const std::string& content) {
    const auto hit = asker.first_hit(text);
    ASSERT_TRUE(hit) << text;
    EXPECT_EQ(hit->source, owner.endpoint());
    EXPECT_EQ(hit->size, content.size());
    EXPECT_TRUE(hit->urn);
    const auto file = get(asker->async_download(*hit, asker.downloads().path(), use_future));
    EXPECT_EQ(file.verification, Verification::verified);
    EXPECT_EQ(asker.downloads().read(file.path.filename().string()), content);
}

TEST(GnutellaNetwork, FindsAndFetchesThroughTheNodeInTheMiddle) {
    Row row({Dialect::gnutella}, {Dialect::gnutella}, {Dialect::gnutella});
    ASSERT_EQ(row.one_end, Dialect::gnutella);
    ASSERT_EQ(row.other_end, Dialect::gnutella);
    expect_found_and_fetched(row.first, "moonlight", row.last, row.content);
    expect_found_and_fetched(row.last, "pathetique", row.first, row.content + "!");
    row.middle.stop();
    EXPECT_EQ(row.first.wait_for<SessionClosed>().reason, Error::left);
    EXPECT_EQ(row.last.wait_for<SessionClosed>().reason, Error::left);
}

TEST(GnutellaNetwork, FindsAndFetchesThroughANodeThatSpeaksBothDialects) {
    Row row({Dialect::json}, {Dialect::json, Dialect::gnutella}, {Dialect::gnutella});
    ASSERT_EQ(row.one_end, Dialect::json);
    ASSERT_EQ(row.other_end, Dialect::gnutella);
    expect_found_and_fetched(row.first, "moonlight", row.last, row.content);
    expect_found_and_fetched(row.last, "pathetique", row.first, row.content + "!");
}

// A servent that says that it cannot be connected to, two sessions in Gnutella 0.6 beyond a node that speaks both.
struct FarBehindABridge {
    FarBehindABridge()
        : servent(threads, firewalled()), middle(threads, speaking({Dialect::gnutella})), bridge(threads) {
        servent.share().write("moonlight sonata.ogg", content);
        servent.start();
        middle.start();
        bridge.start();
        servent.connect(middle);
        bridge.connect(middle);
        middle.wait_for_sessions(2);
    }

    static Settings firewalled() {
        Settings settings = speaking({Dialect::gnutella});
        settings.reachability = Reachability::firewalled;
        settings.transports = {Transport::http};
        return settings;
    }

    const std::string content = std::string(50'000, 's') + "the end";
    Threads threads;
    Node servent;
    Node middle;
    Node bridge;
};

TEST(GnutellaNetwork, AJsonNodeFetchesFromOneThatCannotBeConnectedTo) {
    FarBehindABridge far;
    Node relay(far.threads, speaking({Dialect::json}));
    Node asker(far.threads, speaking({Dialect::json}));
    relay.start();
    asker.start();
    relay.connect(far.bridge);
    asker.connect(relay);
    relay.wait_for_sessions(2);
    const auto hit = asker.first_hit("moonlight");
    ASSERT_TRUE(hit);
    EXPECT_TRUE(hit->firewalled);
    EXPECT_EQ(hit->peer, far.servent->identity());
    ASSERT_FALSE(hit->push_proxies.empty());
    EXPECT_EQ(hit->push_proxies.front(), far.bridge.endpoint());
    EXPECT_EQ(hit->client, "libgnutella");
    const auto file = get(asker->async_download(*hit, asker.downloads().path(), use_future));
    EXPECT_EQ(file.verification, Verification::verified);
    EXPECT_EQ(asker.downloads().read(file.path.filename().string()), far.content);
    EXPECT_EQ(asker.status().counters.pushes_asked, 1U);
    EXPECT_EQ(far.bridge.status().counters.pushes_proxied, 1U);
    EXPECT_EQ(far.middle.status().counters.pushes_routed, 1U);
    EXPECT_EQ(far.servent.status().counters.pushes_given, 1U);
}

TEST(GnutellaNetwork, ALegacyPeerIsSentTheFileOfOneThatCannotBeConnectedTo) {
    FarBehindABridge far;
    RawPeer legacy(far.bridge.endpoint());
    legacy.greet_as_legacy();
    legacy.send(R"({"type": "QUERY", "host": "127.0.0.1", "port": )" + std::to_string(legacy.datagram_port()) +
                R"(, "file": "moonlight sonata.ogg", "id": "1"})");
    const auto hit = legacy.receive("QUERY-HIT");
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->at("hasFile"), true);
    EXPECT_EQ(legacy.receive_datagram(), far.content);
    EXPECT_EQ(far.bridge.status().counters.pushes_asked, 1U);
    EXPECT_EQ(far.bridge.status().counters.fetched_for_askers, 1U);
}

TEST(GnutellaNetwork, ANeighbourOfGnutellaFindsWhatIsSharedHere) {
    Threads threads;
    Node node(threads);
    node.share().write("moonlight sonata.ogg", "content");
    node.start();
    RawServent raw(node.endpoint());
    raw.greet_compressed();
    raw.send_message(RawServent::query, RawServent::query_for("moonlight"));
    const auto hit = raw.receive(RawServent::query_hit);
    ASSERT_TRUE(hit);
    EXPECT_THAT(hit->payload, testing::HasSubstr("moonlight sonata.ogg"));
    EXPECT_THAT(hit->payload, testing::HasSubstr("urn:"));
}

}  // namespace
}  // namespace gnutella::test
